"""Targets and script for Vegeta: the letters of a trace, hour by hour at a constant rate."""

from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sim.core.json_text import to_json
from sim.operations.exports.arrival_curve import letters_by_hour, written_by_day
from sim.operations.requests import letter_body
from sim.operations.trace_files import TracedLetter

_URL: Final = "http://127.0.0.1:8080/letters"

_SCRIPT: Final = """#!/bin/sh
# Load for a mailbox: the letters of vegeta.jsonl beside this file, hour by hour at the rate at which they came.
#
#     SPEED=60 URL=http://127.0.0.1:8080/letters sh vegeta.sh
#
# FROM and HOURS name a part of the trace, in hours from its first midnight. Results of each hour go to the folder
# vegeta-results beside this file, and a report of all of them is printed at the end.
set -eu
cd "$(dirname "$0")"

SPEED=${SPEED:-60} # seconds of the trace that pass in one second
URL=${URL:-@URL@}
FROM=${FROM:-0}
HOURS=${HOURS:-1000000}
LENGTH=$((3600000 / SPEED))

rm -rf vegeta-results
mkdir vegeta-results

hour=0
first=1
for letters in \\
@CURVE@
do
  last=$((first + letters - 1))
  if [ "$hour" -ge "$FROM" ] && [ "$hour" -lt $((FROM + HOURS)) ]; then
    if [ "$letters" -gt 0 ]; then
      sed -n "${first},${last}p;${last}q" vegeta.jsonl | sed "s|@URL@|$URL|" |
        vegeta attack -format=json -lazy -rate="$letters/${LENGTH}ms" -duration="${LENGTH}ms" \\
          > "vegeta-results/$(printf %05d "$hour").bin"
    else
      sleep "$(awk "BEGIN { print $LENGTH / 1000 }")"
    fi
  fi
  first=$((last + 1))
  hour=$((hour + 1))
done

vegeta report vegeta-results/*.bin
"""


def write_vegeta_targets(letters: Sequence[TracedLetter], path: Path) -> None:
    """Write one target a letter, in JSON as `vegeta attack -format=json` reads it."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for number, letter in enumerate(letters, start=1):
            target = {
                "method": "POST",
                "url": _URL,
                "header": {"Content-Type": ["application/json"]},
                "body": b64encode(letter_body(number, letter)).decode(),
            }
            file.write(to_json(target, indent=None) + "\n")


def write_vegeta_script(letters: Sequence[TracedLetter], path: Path) -> None:
    """Write the script that sends them."""
    curve = written_by_day(letters_by_hour(letters), "").replace("\n", " \\\n")
    path.write_text(_SCRIPT.replace("@URL@", _URL).replace("@CURVE@", curve), "utf-8", newline="\n")

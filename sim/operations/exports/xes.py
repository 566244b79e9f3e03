"""Event log in XES 1.0 (IEEE 1849): one trace a letter."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from xml.sax.saxutils import quoteattr

from sim.core.tables import NO_UNIT
from sim.operations.exports.simulated import Event, Simulated

_HEADING: Final = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<global scope="trace">
<string key="concept:name" value=""/>
</global>
<global scope="event">
<string key="concept:name" value=""/>
<string key="lifecycle:transition" value="complete"/>
<date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
</global>
<classifier name="Activity" keys="concept:name"/>
<classifier name="ActivityAndTransition" keys="concept:name lifecycle:transition"/>
<string key="lifecycle:model" value="standard"/>
"""


def write_xes(simulated: Simulated, path: Path) -> None:
    """Write the event log of all letters."""
    units = simulated.setting.places.names
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_HEADING)
        file.write(_string("concept:name", simulated.setting.scenario.name))
        for number, (letter, happened) in enumerate(zip(simulated.letters, simulated.events(), strict=True), start=1):
            file.write("<trace>\n" + _string("concept:name", str(number)))
            file.writelines(_string(key, getattr(letter, key)) for key in ("channel", "category", "unit"))
            file.write(f'<int key="size" value="{letter.size}"/>\n')
            file.writelines(_event(event, units) for event in happened)
            file.write("</trace>\n")
        file.write("</log>\n")


def _event(event: Event, units: Sequence[str]) -> str:
    resource = "" if event.unit == NO_UNIT else _string("org:resource", units[event.unit])
    return (
        f"<event>\n{_string('concept:name', event.activity)}{_string('lifecycle:transition', event.moment)}"
        f'<date key="time:timestamp" value="{event.when}"/>\n{resource}</event>\n'
    )


def _string(key: str, value: str) -> str:
    return f'<string key="{key}" value={quoteattr(value)}/>\n'

"""`make soak`: try offices, mutants, full disks and kills at random for some minutes, and count."""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from soak.rounds import KINDS, Rounds


def main() -> int:
    """Soak the program; 1 if anything was found."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, help="end after so many, if the time is not up before")
    parser.add_argument("--seed", type=int, help="of the first round; each fault tells its own (default: the time)")
    parser.add_argument("--only", choices=list(KINDS), help="rounds of one kind alone")
    asked = parser.parse_args()
    seed = int(time.time()) if asked.seed is None else asked.seed
    kinds = [asked.only] if asked.only else [kind for kind, (often, _) in KINDS.items() for _ in range(often)]
    folder = Path(tempfile.mkdtemp(prefix="lettersim-soak-"))
    rounds = Rounds(folder)
    faults: Counter[str] = Counter()
    began, number = time.monotonic(), 0
    while (time.monotonic() - began) / 60 < asked.minutes and number != asked.rounds:
        # Seeds follow each other, so that of a kind alone every tenth and twentieth comes; mixed, they come at random.
        kind = kinds[random.Random(seed + number).randrange(len(kinds))]
        for fault in rounds.try_one(kind, seed + number):
            faults[fault.what] += 1
            tell(
                f"{fault.what}: --only '{kind}' --seed {seed + number} --rounds 1, in {rounds.folder}\n{fault.story}\n"
            )
        number += 1
    rounds.close()
    tell(f"{number} rounds from seed {seed} in {(time.monotonic() - began) / 60:.1f} min")
    for what, count in sorted(rounds.counts.items()):
        tell(f"{count:8,} {what}")
    tell(f"{sum(faults.values()):8,} faults{''.join(f', {count} {what}' for what, count in faults.items())}")
    if not faults:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if faults else 0


def tell(line: str) -> None:
    """Print at once."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())

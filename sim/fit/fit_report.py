"""What a fit leaves for people and programs: what was read, what was found, and how well it tells the truth."""

from collections.abc import Mapping
from dataclasses import dataclass

from sim.fit.finding import Finding, Note
from sim.fit.judgement import Judgement
from sim.fit.on_base import Replaced


@dataclass(frozen=True)
class FitReport:
    """A fit.

    Attributes:
        log: name of the file.
        kind: `letters` or `events`.
        letters, events: in the log; no events where a row is a letter.
        begins, ends: of the log, ISO 8601.
        columns: the column that each role was read from.
        notes: what was noticed besides in reading and fitting.
        findings: figures that the log says, in the order of the scenario.
        replaced: figures of the base that the log knows better.
        marks: figures of the scenario by their mark, such as M for measured.
        judgement: how well a scenario that was fitted without the judged letters tells what became of them.
        not_judged: why there is none: `few` letters, or `off`; empty where there is one.
        refitted: whether the scenario was fitted once more to the whole log, after it had been judged.
        open_at_end: letters that are open when the log ends.
        goes_on: day at whose 00:00 that is, ISO 8601.
        measures: whether the package with the field's measures of distance is installed.
    """

    log: str
    kind: str
    letters: int
    events: int
    begins: str
    ends: str
    columns: Mapping[str, str]
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]
    replaced: tuple[Replaced, ...]
    marks: Mapping[str, int]
    judgement: Judgement | None
    not_judged: str
    refitted: bool
    open_at_end: int
    goes_on: str
    measures: bool

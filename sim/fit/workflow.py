"""The workflow: which steps follow each other, which are passed over, where letters leave and where they go back."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from sim.core.tables import NOT_YET, Bools, Int64s, first_of_group
from sim.fit.finding import Finding, language_name, unlike
from sim.fit.log import NO_CODE, EventLog
from sim.fit.shares import chance_by_category, differ
from sim.fit.ways import ENDED, STILL_OPEN, WENT_BACK, Passes, Ways

_ALWAYS: Final = 0.995
"""Share of the letters that come by from which on a step is one that all of them take."""

_NEVER: Final = 0.02
"""Share below which a step is not taken after another one, and one above which it follows."""

_RARE: Final = 0.002
"""Share of the letters that come by, below which a way out or back is a fault in the log or no way worth a step."""

_ONE_WAY: Final = 0.95
"""Share of those at a delay that go back to one step, from which on the delay belongs to a loop."""

_MOSTLY_BACK: Final = 0.8
"""Share of those at a step that go back, from which on a loop is bounded by what was seen, so that all letters end."""


class StepDraft(NamedTuple):
    """A step whose way is known and whose work is not yet."""

    name: str
    kind: str  # work, wait, leave or loop
    place: int  # in the order of ways
    body: dict[str, Any]  # keys of the step that are known


class Workflow(NamedTuple):
    """Steps in order, and what is known of their shares."""

    steps: list[StepDraft]
    findings: list[Finding]


def is_work(log: EventLog) -> Bools:
    """Which activities are somebody's work, shape (activities,): most of their events name a person or a unit."""
    somebody = (log.resource != NO_CODE) | (log.unit != NO_CODE)
    # Work of which nobody knows the beginning is a wait: its effort cannot be told from what came before it.
    begun = (log.started != NOT_YET) | ((log.finished == NOT_YET) & (log.queued != NOT_YET))
    of = np.bincount(log.activity, minlength=len(log.activities))
    named = np.bincount(log.activity[begun & (somebody | (log.started == NOT_YET))], minlength=len(log.activities))
    known = np.bincount(log.activity[somebody & begun], minlength=len(log.activities))
    work: Bools = (named > 0.5 * np.maximum(of, 1)) & (known > 0)
    return work


def step_name(text: str, taken: Sequence[str]) -> str:
    """A name of the language for an activity, different from those that are taken."""
    return unlike(language_name(text, "step"), taken)


def workflow_of(log: EventLog, ways: Ways) -> Workflow:
    """The steps with the shares of letters that take them."""
    return _Drawing(log, ways).workflow()


class _Drawing:
    def __init__(self, log: EventLog, ways: Ways) -> None:
        self.log = log
        self.passes: Passes = ways.passes
        self.places = ways.places
        self.work = is_work(log)
        self.category = log.category[ways.passes.case].astype(np.int64)
        self.names: list[str] = []
        for activity in ways.places:
            self.names.append(step_name(log.activities[activity], self.names))
        self.steps: list[StepDraft] = []
        self.findings: list[Finding] = []
        self._let_the_last_step_be_optional()

    def _let_the_last_step_be_optional(self) -> None:
        """Who ends where only one step is left has not left, but does not take that one; so with who goes back."""
        steps = [place for place in range(len(self.places)) if not self._is_delay_of_loop(place)]
        if len(steps) < 2:
            return
        passes, end = self.passes, len(self.places) - 1
        last_two = passes.last >= steps[-2]
        back = np.unique(passes.back_to[(passes.fate == WENT_BACK) & (passes.last >= steps[-1])])
        tail = last_two & ((passes.fate == ENDED) | ((passes.fate == WENT_BACK) & np.isin(passes.back_to, back)))
        tail &= (passes.last < steps[-1]) | (passes.fate == ENDED)
        self.passes = passes._replace(last=np.where(tail, max(end, 0), passes.last))

    def workflow(self) -> Workflow:
        """Step after step in the order of their places, and behind each the ways back and out."""
        place = 0
        while place < len(self.places):
            self._step(place)
            # Who goes back after a delay does so before the others leave or go back at once.
            following = place + 1
            while following < len(self.places) and self._is_delay_of_loop(following):
                self._loop_with_delay(following)
                following += 1
            stay: Bools = ~np.any(self.passes.took[:, place + 1 : following], axis=1)
            self._ways_back(place, stay)
            self._way_out(place, stay)
            place = following
        return Workflow(self.steps, self.findings)

    def _add(self, name: str, kind: str, place: int, body: dict[str, Any]) -> None:
        self.steps.append(StepDraft(name, kind, place, body))

    def _chance(self, taken: Bools, rows: Bools, key: str) -> Any:
        written, findings = chance_by_category(taken[rows], self.category[rows], self.log.categories, key)
        self.findings += findings
        return written

    def _step(self, place: int) -> None:
        passes, name = self.passes, self.names[place]
        rows = passes.crossing(place)
        taken = passes.took[:, place]
        body: dict[str, Any] = {}
        same = [other for other in range(place) if self.places[other] == self.places[place]]
        if same:
            body["unless"] = [self.names[other] for other in same]
            rows = rows & ~passes.took[:, same].any(axis=1)
        body |= self._conditions(place, rows, taken)
        for key, sign in (("only_after", True), ("unless", False)):
            for other in body.get(key, []):
                rows = rows & (passes.took[:, self.names.index(other)] == sign)
        share = taken[rows].mean() if rows.any() else 1.0
        if share < _ALWAYS:
            body["chance"] = self._chance(taken, rows, f"workflow.{name}.chance")
        self._add(name, "work" if self.work[self.places[place]] else "wait", place, body)

    def _conditions(self, place: int, rows: Bools, taken: Bools) -> dict[str, list[str]]:
        """Earlier steps that decide whether a step is taken: it follows one of them only, or never follows one."""
        some = int(taken[rows].sum())
        if not rows.any() or taken[rows].mean() >= _ALWAYS or some < 5:
            return {}
        found: dict[str, list[str]] = {}
        best, only = 0.0, -1
        for other in range(place):
            if self.places[other] == self.places[place]:
                continue
            known = rows & (self.passes.first <= other)
            had = self.passes.took[:, other]
            with_, without = known & had, known & ~had
            if with_.sum() < 20 or without.sum() < 20:
                continue
            after, else_ = taken[with_].mean(), taken[without].mean()
            if else_ <= _NEVER * after and after > best + 0.01:
                best, only = after, other
            elif after <= _NEVER * else_:
                found.setdefault("unless", []).append(self.names[other])
        if only >= 0:
            found["only_after"] = [self.names[only]]
            if best >= _ALWAYS:
                found.pop("unless", None)
        return found

    def _is_delay_of_loop(self, place: int) -> bool:
        """Whether an activity is no work, and those that had it go back to one earlier step."""
        passes = self.passes
        at = passes.took[:, place] & (passes.last == place) & (passes.fate != STILL_OPEN)
        if self.work[self.places[place]] or at.sum() < 3 or place == 0:
            return False
        all_ = passes.took[:, place] & ((passes.last > place) | (passes.fate != STILL_OPEN))
        target, many = np.unique(passes.back_to[at & (passes.fate == WENT_BACK)], return_counts=True)
        return len(many) > 0 and many.max() >= _ONE_WAY * all_.sum() and int(target[many.argmax()]) < place

    def _loop_with_delay(self, place: int) -> None:
        passes, name = self.passes, self.names[place]
        target = int(np.bincount(passes.back_to[passes.took[:, place] & (passes.fate == WENT_BACK)]).argmax())
        going = passes.took[:, place]
        self._loop(name, place, target, going, passes.decided(place - 1), {"after": None})

    def _ways_back(self, place: int, stay: Bools) -> None:
        passes = self.passes
        back = (passes.last == place) & (passes.fate == WENT_BACK)
        if not back.any():
            return
        targets, counts = np.unique(passes.back_to[back], return_counts=True)
        decided = passes.decided(place) & stay
        condition: dict[str, Any] = {}
        took = passes.took[:, place]
        if self._is_optional(place) and self._differ(back, decided, took):
            condition = {"only_after": [self.names[place]]}
            decided, back = decided & took, back & took
        gone = np.zeros(len(back), dtype=np.bool_)
        for target, count in sorted(zip(targets.tolist(), counts.tolist(), strict=True), key=lambda each: -each[1]):
            if count < max(3, _RARE * decided.sum()):
                continue
            going = back & (passes.back_to == target)
            if counts.sum() > _MOSTLY_BACK * decided.sum():
                condition = {**condition, "at_most": int(self._times_before(going)[going].max()) + 1}
            name = step_name(f"back_to_{self.names[target]}", [*self.names, *(step.name for step in self.steps)])
            self._loop(name, place, target, going, decided & ~gone, dict(condition))
            gone |= going

    def _loop(self, name: str, place: int, target: int, going: Bools, rows: Bools, body: dict[str, Any]) -> None:
        """A loop, its chance, and how often a letter can take it."""
        times = self._times_before(going)
        most = self._most(going, rows, times)
        rows = rows if most is None else rows & (times < most)
        body = {"back_to": self.names[target], "chance": self._chance(going, rows, f"workflow.{name}.chance"), **body}
        if most is not None:
            body["at_most"] = most
        elif "at_most" not in body and float(going[rows].mean()) >= 1:
            body["at_most"] = int(times.max()) + 1
        self._add(name, "loop", place, body)

    def _times_before(self, going: Bools) -> Int64s:
        """How often the case of each pass has gone this way before."""
        went: Int64s = np.cumsum(going) - going
        case = self.passes.case
        at_start = np.maximum.accumulate(np.where(first_of_group(case), went, 0))
        times: Int64s = went - at_start
        return times

    def _most(self, going: Bools, rows: Bools, times: Int64s) -> int | None:
        """A bound on how often one letter goes back that the log shows: nobody went once more, and many could have."""
        most = int(times[going].max(initial=0)) + 1
        could = rows & (times == most)
        before = rows & (times < most)
        share = going[before].mean() if before.any() else 0.0
        return most if could.sum() * share >= 4.0 and not going[could].any() else None

    def _way_out(self, place: int, stay: Bools) -> None:
        passes = self.passes
        if place == len(self.places) - 1:
            return
        out = (passes.last == place) & (passes.fate == ENDED)
        decided = passes.decided(place) & stay & ~((passes.last == place) & (passes.fate == WENT_BACK))
        body: dict[str, Any] = {}
        if self._is_optional(place):
            body = {"only_after": [self.names[place]]}
            decided = decided & passes.took[:, place]
        if out.sum() < max(3, _RARE * decided.sum()):
            return
        name = step_name(f"leave_after_{self.names[place]}", [step.name for step in self.steps])
        self._add(name, "leave", place, {"leave": self._chance(out, decided, f"workflow.{name}.leave"), **body})

    @staticmethod
    def _differ(some: Bools, rows: Bools, took: Bools) -> bool:
        """Whether those who took a step do something surely more or less often than the others."""
        groups = [rows & took, rows & ~took]
        return differ(
            np.array([float((some & group).sum()) for group in groups]),
            np.array([float(group.sum()) for group in groups]),
        )

    def _is_optional(self, place: int) -> bool:
        rows = self.passes.crossing(place)
        return bool(rows.any()) and float(self.passes.took[rows, place].mean()) < _ALWAYS

"""What a run will cost in time and memory, and how much memory there is, asked before anything is simulated."""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import psutil

from sim.core.clock import DAY, HOUR
from sim.core.errors import Problem, ScenarioError, SimError
from sim.core.options import DEFAULT, Options
from sim.core.tables import Roster
from sim.experiment.cool_down import raised
from sim.experiment.pool import cores
from sim.metrics.hours import HOURS_OF_WEEK
from sim.models.scenario import Scenario
from sim.models.staffing import Team
from sim.sampling.arrival_rate import busiest_factor
from sim.sampling.arrivals import letters_expected
from sim.sampling.roster import groups_of
from sim.sampling.workload import draw_workload
from sim.scenario.loading import Loaded
from sim.scenario.setting import Setting, setting_of

_SAMPLE: Final = 2_000
"""Letters from which the visits of a letter are estimated."""

_SAMPLED: Final = 28 * DAY
"""Days at the beginning from which they are drawn."""

_BUSIEST_OF: Final = 100
"""Replications of which the busiest decides what memory is needed, at most."""

_BYTES_A_VISIT: Final = {"compiled": 270, "simpy": 1200}
_BYTES_KEPT_A_VISIT: Final = 24
"""Lengths of its wait and its service, which stay until percentiles are told; fewer where lengths repeat."""

_BYTES_A_LETTER: Final = 230
_BYTES_A_SHIFT: Final = 150
_BYTES_AN_HOUR: Final = 600  # an hour of a team
"""Most memory that a replication holds at once from its drawing to its tables, as measured, and some more."""

_MOST_AT_ONCE: Final = 2e9
"""Bytes of a replication from which on it is rather simulated in blocks of days, if it can be."""

_VISITS_OF_A_BLOCK: Final = 600_000
"""Visits of a block, about; with fewer, the letters that are open weigh more than those that come."""

_BYTES_A_VISIT_IN_BLOCKS: Final = 800
"""Of a block, or of letters open at once: one block is measured while the next is simulated and one more is drawn."""

_BYTES_KEPT_A_VISIT_IN_BLOCKS: Final = 1
"""There are so many that nearly all lengths repeat."""

_QUEUEING: Final = 1.3
"""So many times as long as without queues letters are taken to be open."""

_BYTES_A_LETTER_IN_BLOCKS: Final = 70
"""Of all letters of a replication: when each is received, and durations until percentiles are told."""

_SECONDS_A_VISIT: Final = {"compiled": 1e-6, "simpy": 3.5e-5}
_SECONDS_A_SHIFT: Final = 1e-6
"""Drawing, simulating and measuring on one core, as measured on an ordinary machine."""


@dataclass(frozen=True)
class Cost:
    """What one replication costs, about.

    Attributes:
        letters, visits, shifts: how many to expect in a replication, from its first second to its last.
        bytes: memory that the busiest one needs at once.
        seconds: of one core.
        block: seconds that are simulated at once, where it is cut into blocks; else None.
    """

    letters: float
    visits: float
    shifts: float
    bytes: float
    seconds: float
    block: int | None = None


class Prepared(NamedTuple):
    """A scenario that can be run."""

    setting: Setting
    cost: Cost
    options: Options  # with as many workers as there is memory for


def prepare(loaded: Loaded, options: Options = DEFAULT, *, one_run: bool = True, cool_down: int = 0) -> Prepared:
    """Make a scenario ready, with the cool-down that its SLAs need, and see for how many workers there is memory.

    Args:
        cool_down: seconds; at least so long, as others have with whom it is compared.
        one_run: whether no more replications are simulated than the scenario says.
    Raises: ScenarioError if there is not the memory for one, or its letters cannot be drawn.
    """
    setting = setting_of(loaded.scenario)
    try:
        setting = raised(setting, cool_down)
        cost = estimate(setting, options.engine)
        cut = None
        if cost.bytes > _MOST_AT_ONCE and options.shares_memory and can_be_cut(setting.scenario):
            cut = _in_blocks(setting, cost)
        if cut is not None and not options.tables:
            cost = cut
        most = options.workers or cores()
        if one_run:
            most = min(most, loaded.scenario.replications)
        kept_a_visit = _BYTES_KEPT_A_VISIT if cost.block is None else _BYTES_KEPT_A_VISIT_IN_BLOCKS
        kept = cost.visits * kept_a_visit * loaded.scenario.replications if one_run else 0.0
        return Prepared(setting, cost, replace(options, workers=affordable(cost, most, kept, cut)))
    except SimError as error:
        raise ScenarioError(loaded.source, [Problem(str(error))]) from error


def can_be_cut(scenario: Scenario) -> bool:
    """Whether a scenario can be simulated in blocks: nothing is open at the start, and no letter is about another."""
    rules = scenario.supervise, scenario.extension, scenario.repeat_letters
    return scenario.backlog is None and not any(rules)


def cool_down_needed(loaded: Loaded) -> int:
    """Seconds after the window that the SLAs of a scenario need, those that it says at least.

    Raises: ScenarioError if its letters cannot be drawn.
    """
    try:
        return raised(setting_of(loaded.scenario)).scenario.cooling
    except SimError as error:
        raise ScenarioError(loaded.source, [Problem(str(error))]) from error


def estimate(setting: Setting, engine: str = "compiled") -> Cost:
    """Expected size of a replication, and from it the memory and time.

    The letters follow from the arrival process; how many visits a letter makes, from a small sample of them.

    Raises: SimError as `sim.sampling.workload.draw_workload`.
    """
    scenario = setting.scenario
    letters = letters_expected(setting, 0, scenario.horizon)
    letters += scenario.backlog.letters if scenario.backlog is not None else 0
    visits = letters * _a_letter(setting, letters).visits
    visits += sum(_jobs_an_hour(scenario, team) for team in scenario.teams.values()) * scenario.horizon / HOUR
    shifts = sum(
        _shifts(scenario, team, roster, headcount)
        for team in scenario.teams.values()
        for roster, headcount in team.staff.items()
    )
    busiest = busiest_factor(setting, min(scenario.replications, _BUSIEST_OF))
    hours = len(scenario.teams) * scenario.horizon / HOUR
    return Cost(
        letters=letters,
        visits=visits,
        shifts=shifts,
        bytes=busiest * (letters * _BYTES_A_LETTER + visits * _BYTES_A_VISIT[engine])
        + shifts * _BYTES_A_SHIFT
        + hours * _BYTES_AN_HOUR,
        seconds=visits * _SECONDS_A_VISIT[engine] + shifts * _SECONDS_A_SHIFT,
    )


def _in_blocks(setting: Setting, cost: Cost) -> Cost:
    """The cost of a replication in blocks of whole hours: memory for a block and for the letters that are open."""
    scenario = setting.scenario
    a_second = cost.visits / scenario.horizon
    block = max(round(_VISITS_OF_A_BLOCK / a_second / HOUR), 1) * HOUR
    open_ = _QUEUEING * _a_letter(setting, cost.letters).seconds
    busiest = busiest_factor(setting, min(scenario.replications, _BUSIEST_OF))
    visits = min(a_second * (block + open_), cost.visits)
    return replace(
        cost,
        bytes=busiest * (cost.letters * _BYTES_A_LETTER_IN_BLOCKS + visits * _BYTES_A_VISIT_IN_BLOCKS)
        + cost.shifts * _BYTES_A_SHIFT
        + len(scenario.teams) * scenario.horizon / HOUR * _BYTES_AN_HOUR,
        block=block,
    )


def affordable(cost: Cost, workers: int, kept: float = 0.0, cut: Cost | None = None) -> int:
    """How many of the workers have memory for a replication each.

    Args:
        kept: bytes that all replications together leave until the end.
        cut: what a replication costs in blocks, if it can be cut into them.

    Raises: SimError if not even one has, with what it needs and what to lower.
    """
    free = free_memory()
    if free is None or cost.bytes * workers + kept <= free:
        return workers
    if cost.bytes + kept > free >= cost.bytes:
        raise SimError(
            f"the durations of all replications need about {kept / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are "
            "free; lower replications, arrivals or window"
        )
    if cost.bytes > free:
        needs = (
            f"a replication of about {cost.letters:,.0f} letters and {cost.visits:,.0f} visits needs about "
            f"{cost.bytes / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free; "
        )
        if cut is not None and cut.bytes < min(cost.bytes, free):
            raise SimError(f"{needs}a run with --no-tables needs about {cut.bytes / 1e9:.1f} GB")
        raise SimError(f"{needs}lower arrivals, window, warm_up or cool_down")
    return int((free - kept) // cost.bytes)


def free_memory() -> float | None:
    """Bytes that this process may still take: of the machine, and of its control group; None if nobody knows."""
    free = _control_groups()
    with suppress(OSError, RuntimeError):  # a system that does not say
        free.append(float(psutil.virtual_memory().available))
    return min(free) if free else None


def _shifts(scenario: Scenario, team: Team, roster: str, headcount: int) -> float:
    """Rows of a roster that some people of a team make: those of a unit who come and go together are one."""
    pattern = scenario.roster(roster)
    if pattern is None:
        return min(headcount, team.unit_count)
    days = pattern.days_of_shifts
    a_day = sum(len(spans) for spans in days) / len(days)
    return min(headcount, team.unit_count * groups_of(pattern)) * a_day * scenario.horizon / DAY


class _ALetter(NamedTuple):
    """What a letter takes on average."""

    visits: float
    seconds: float  # of work and of waits, whoever else there is


def _a_letter(setting: Setting, letters: float) -> _ALetter:
    scenario, keep = setting.scenario, 1.0
    if scenario.arrivals.trace is None:
        scenario = scenario.stretch(0, warm_up=0, window=min(scenario.horizon, _SAMPLED), cool_down=0)
        some = letters_expected(setting, 0, scenario.horizon)
        arrivals = scenario.arrivals.scaled(min(1.0, _SAMPLE / max(some, 1.0)))
        scenario = scenario.changed(arrivals=arrivals)
    else:
        keep = min(1.0, _SAMPLE / max(letters, 1.0))
    teams = {name: team.model_copy(update={"other_duty": None}) for name, team in scenario.teams.items()}
    small = setting._replace(scenario=scenario.changed(teams=teams, backlog=None))
    none = np.empty(0, dtype=np.int64)
    nobody = Roster(none.astype(np.int32), none, none, none.astype(np.int32), setting.places.units)
    workload = draw_workload(small, nobody, 0, keep=keep)
    few = max(workload.letters, 1)
    return _ALetter(workload.visits / few, float(workload.service.sum()) / few)


def _jobs_an_hour(scenario: Scenario, team: Team) -> float:
    """Other duty of a team, which comes to a unit while anybody is on duty; rather too many jobs than too few."""
    if team.other_duty is None:
        return 0.0
    patterns = ((scenario.roster(name), people) for name, people in team.staff.items())
    hours = sum(people * (HOURS_OF_WEEK if pattern is None else pattern.hours_a_week) for pattern, people in patterns)
    return team.unit_count * team.other_duty.per_hour * min(hours / team.unit_count / HOURS_OF_WEEK, 1.0)


def _control_groups() -> list[float]:
    """What each control group above this process leaves: its limit less what it uses and cannot give back."""
    try:
        paths = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text("utf-8").splitlines()]
    except OSError:
        return []
    free = []
    for _, controllers, path in paths:
        if controllers == "":
            root, limit, used = Path("/sys/fs/cgroup"), "memory.max", "memory.current"
        elif "memory" in controllers.split(","):
            root, limit, used = Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes", "memory.usage_in_bytes"
        else:
            continue
        group = root / path.lstrip("/")
        for folder in (group, *group.parents):
            if folder.is_relative_to(root):
                free += _left(folder / limit, folder / used, folder / "memory.stat")
    return free


def _left(limit: Path, used: Path, statistics: Path) -> list[float]:
    try:
        most, now = limit.read_text("ascii").strip(), float(used.read_text("ascii"))
        if most == "max":
            return []
        lines = (line.split() for line in statistics.read_text("ascii").splitlines())
        reclaimable = sum(float(number) for name, number in lines if name == "inactive_file")
    except (OSError, ValueError):
        return []
    return [float(most) - now + reclaimable]

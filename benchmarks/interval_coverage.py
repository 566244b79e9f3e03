"""How often the intervals hold the truth, and how often a verdict is wrong, where the truth is known.

    python benchmarks/interval_coverage.py [EXPERIMENTS]

Writes the table between `<!-- interval_coverage -->` and its end in `docs/model.md`. An experiment is 20
replications of a small system; waits of M/M/1 follow Lindley's recursion from a start in equilibrium. Judged by what
judges every run, `sim.statistics`.
"""

import sys
from collections.abc import Callable
from itertools import product
from math import log
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import numba
import numpy as np

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from oracles.queueing import mmc_wait_longer  # noqa: E402
from run import filled  # noqa: E402

from sim.core.tables import Floats, Int64s  # noqa: E402
from sim.experiment.cost import prepare  # noqa: E402
from sim.planner.planning import plan  # noqa: E402
from sim.scenario.loading import load  # noqa: E402
from sim.statistics import (  # noqa: E402
    Compliance,
    Decided,
    Durations,
    Verdict,
    body_effect,
    durations_of,
    judge,
    judge_cells,
    paired_difference,
    spread,
)

REPLICATIONS: Final = 20
LETTERS: Final = 400
SERVICE: Final = 600.0
"""Mean seconds of work of a letter."""

WEEK_HOURS: Final = 168
SHARES: Final = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}


class Told(NamedTuple):
    """What one experiment says of one figure."""

    low: float
    high: float


class Row(NamedTuple):
    """One row of the table."""

    case: str
    truth: str
    covered: str
    too_high: str  # how often the whole interval lies above the truth: of a target just above it, a false "met"
    too_low: str
    width: str


@numba.njit
def lindley(first: float, service: Floats, gap: Floats) -> Floats:
    """Waits of customers of one server, each from the one before."""
    waits = np.empty(len(service))
    wait = first
    for customer in range(len(service)):
        waits[customer] = wait
        wait = max(wait + service[customer] - gap[customer], 0.0)
    return waits


def waits_of(load: float, rng: np.random.Generator, letters: int = LETTERS) -> Floats:
    """Waits of M/M/1 in equilibrium, in seconds."""
    first = rng.exponential(SERVICE / (1 - load)) if rng.random() < load else 0.0
    service, gap = rng.exponential(SERVICE, letters), rng.exponential(SERVICE / load, letters)
    waits: Floats = lindley(first, service, gap)
    return waits


def quantile(load: float, share: float) -> float:
    """Wait that a share of the customers of M/M/1 does not exceed: P(W > t) = load exp(-(1 - load) t / service)."""
    return max(0.0, SERVICE / (1 - load) * log(load / (1 - share)))


def judged(each: list[Floats], limit: float) -> Compliance:
    """Compliance with a limit, of waits by replication."""
    met = np.array([float((waits <= limit).sum()) for waits in each])
    letters = np.array([float(len(waits)) for waits in each])
    return judge(Decided(met, letters - met, letters), body_effect([_seconds(waits) for waits in each]))


def _seconds(waits: Floats) -> Durations:
    rounded: Int64s = np.ceil(waits).astype(np.int64)
    return durations_of(rounded)


def queue(load: float, truth: float) -> Callable[[np.random.Generator], Told]:
    """M/M/1 with a limit that a share of the letters meets."""
    limit = float(np.ceil(quantile(load, truth)))

    def told(rng: np.random.Generator) -> Told:
        return _told(judged([waits_of(load, rng) for _ in range(REPLICATIONS)], limit))

    return told


def independent(truth: float, letters: int) -> Callable[[np.random.Generator], Told]:
    """Letters whose times are independent, some of them in each replication."""
    limit = 600.0 * -log(1 - truth)

    def told(rng: np.random.Generator) -> Told:
        return _told(judged([rng.exponential(600.0, letters) for _ in range(REPLICATIONS)], limit))

    return told


def one_day_in_200(rng: np.random.Generator) -> Told:
    """Days of 40 letters, a fortnight a replication; on one day in 200 all are late, so the truth is 99.5%."""
    bad = rng.random((REPLICATIONS, 14)) < 1 / 200
    each = [np.repeat(np.where(days, 5_000.0, 0.0), 40) + rng.exponential(60.0, 560) for days in bad]
    return _told(judged(each, 4_000.0))


def two_at_once(load: float, truths: tuple[float, float]) -> Callable[[np.random.Generator], Told]:
    """Two SLAs of the same letters, told as one: whether both intervals hold their truths."""
    limits = [float(np.ceil(quantile(load, truth))) for truth in truths]

    def told(rng: np.random.Generator) -> Told:
        each = [waits_of(load, rng) for _ in range(REPLICATIONS)]
        ends = [judged(each, limit) for limit in limits]
        lows = [(one.low or 0.0) - truth for one, truth in zip(ends, truths, strict=True)]
        highs = [(one.high or 0.0) - truth for one, truth in zip(ends, truths, strict=True)]
        # Shifted to a common truth of 0: both are covered where the largest low and the least high are around it.
        return Told(max(lows), min(highs))

    return told


def difference(load: float, faster: float, share: float) -> Callable[[np.random.Generator], Told]:
    """Compliance of two servers that meet the same letters, the second working so many times as fast."""
    limit = float(np.ceil(quantile(load, share)))
    second = load / faster
    truth = second * np.exp(-(1 - second) * limit * faster / SERVICE)
    better = load * np.exp(-(1 - load) * limit / SERVICE) - truth

    def told(rng: np.random.Generator) -> Told:
        sides: tuple[list[float], list[float]] = ([], [])
        for _ in range(REPLICATIONS):
            warm = 2_000
            service, gap = rng.exponential(SERVICE, warm + LETTERS), rng.exponential(SERVICE / load, warm + LETTERS)
            for side, speed in zip(sides, (1.0, faster), strict=True):
                side.append(float((lindley(0.0, service / speed, gap)[warm:] <= limit).sum()))
        letters = np.full(REPLICATIONS, float(LETTERS))
        first, other = (Decided(np.array(met), letters - np.array(met), letters) for met in sides)
        found = paired_difference(first, other).paired
        return Told((found.low or 0.0) - better, (found.high or 0.0) - better)

    return told


def cells(truth: float, rng: np.random.Generator) -> list[Told]:
    """168 hours of the week, three letters each in four weeks, with days that are good or bad for all."""
    days = rng.beta(truth * 60, (1 - truth) * 60, (REPLICATIONS, 4, 7))
    met = rng.binomial(3, np.repeat(days, 24, axis=2)).sum(axis=1).astype(float)
    letters = np.full_like(met, 12.0)
    table = judge_cells(Decided(met, letters - met, letters))
    return [Told(low, high) for low, high in zip(table.share.low, table.share.high, strict=True)]


def percentiles(load: float, rng: np.random.Generator) -> dict[str, Told]:
    """Percentiles of the waits of M/M/1, relative to their truth."""
    found = spread([_seconds(waits_of(load, rng)) for _ in range(REPLICATIONS)])
    told = {}
    for name, share in SHARES.items():
        figure, truth = getattr(found, name), float(np.ceil(quantile(load, share)))
        told[name] = Told(figure.low - truth, (np.inf if figure.high is None else figure.high) - truth)
    return told


DESK: Final = """
schema: 1
start: 2024-01-01
warm_up: 1 d
window: 7 d
arrivals: {per_day: 140}
teams: {desk: {staff: {always: 5}}}
workflow:
  - serve: {by: desk, effort: {exponential: 25 min}}
sla: {started: {until: serve.started, within: 10 min, target: 90%}}
plan: {vary: {desk: {always: [3, 8]}}, replications: 20, proof: 80, budget: 250000}
"""


def plans(number: int) -> list[str]:
    """Plans of M/M/c whose target is a hair above what five people reach, so that five are a person too few."""
    reached = 1 - mmc_wait_longer(5, 140 / 1440, 25, than=10)
    wrong = proven = 0
    with TemporaryDirectory() as folder:
        path = Path(folder) / "desk.yaml"
        path.write_text(DESK, encoding="utf-8")
        for seed in range(number):
            target = f"sla.started.target={100 * reached + 0.05:.3f}%"
            answer = plan(prepare(load(path, [target, f"seed={1_000 + seed}"])).setting, scenario="desk")
            met = answer.proof is not None and answer.proof.verdict is Verdict.MET
            proven += met
            wrong += met and sum(answer.proof.people) < 6
    said = (
        f"Of {number} plans of an M/M/c desk whose target lies 0.05 points above what five people reach "
        f"({reached:.2%}), {proven} were proven, and {wrong} of these with five people, which is wrong."
    )
    return [said]


def _told(found: Compliance) -> Told:
    assert found.low is not None
    assert found.high is not None
    return Told(found.low, found.high)


def row(case: str, truth: float, told: list[Told], *, shown: str = "", unit: float = 100.0) -> Row:
    """How often some intervals held their truth."""
    low, high = np.array(told).T
    above, below = float((low > truth).mean()), float((high < truth).mean())
    width = float(np.median(high - low))
    wide = "-" if not np.isfinite(width) else f"{unit * width:.2f}" if unit == 100 else f"{width:.0f} s"
    return Row(case, shown or f"{truth:.1%}", f"{1 - above - below:.1%}", f"{above:.1%}", f"{below:.1%}", wide)


def rows(experiments: int) -> list[Row]:
    """The table, every case with a stream of its own."""
    found = []
    streams = iter(np.random.SeedSequence(20_260_101).spawn(100))

    def many(one: Callable[[np.random.Generator], Any]) -> list[Any]:
        rng = np.random.default_rng(next(streams))
        return [one(rng) for _ in range(experiments)]

    for busy, truth in product((0.5, 0.7, 0.9), (0.95, 0.99, 0.997)):
        found.append(row(f"M/M/1 at load {busy}", truth, many(queue(busy, truth))))
    for letters, truth in ((3, 0.98), (20, 0.95), (20, 0.99), (400, 0.95), (400, 0.99), (400, 0.997)):
        found.append(row(f"independent, {letters} letters a replication", truth, many(independent(truth, letters))))
    found.append(row("all late on one day in 200", 0.995, many(one_day_in_200)))
    both = many(two_at_once(0.7, (0.95, 0.99)))
    found.append(row("two SLAs at once, M/M/1 at load 0.7", 0.0, both, shown="95%, 99%"))
    for faster, share in ((1.05, 0.9), (1.2, 0.95)):
        case = f"paired difference, work {faster - 1:.0%} faster, load 0.7"
        found.append(row(case, 0.0, many(difference(0.7, faster, share)), shown=f"at {share:.0%}"))
    for truth in (0.95, 0.99):
        rng = np.random.default_rng(next(streams))
        each = [told for _ in range(max(experiments // 20, 1)) for told in cells(truth, rng)]
        found.append(row("168 cells of a heat map, 240 letters each", truth, each))
    for busy in (0.5, 0.7, 0.9):
        each = many(lambda rng, busy=busy: percentiles(busy, rng))
        for name in SHARES:
            told = [one[name] for one in each]
            shown = f"{quantile(busy, SHARES[name]):.0f} s"
            found.append(row(f"{name} of the wait, M/M/1 at load {busy}", 0.0, told, shown=shown, unit=1.0))
    return found


def main(experiments: int = 2_000) -> None:
    """Measure, and write the table."""
    head = [
        f"Of {experiments:,} experiments of {REPLICATIONS} replications, with {LETTERS} letters each unless said:",
        "",
    ]
    lines = [
        *head,
        "| case | truth | covered | above (false met) | below | median width, points |",
        "|---|---|---|---|---|---|",
    ]
    lines += [f"| {' | '.join(each)} |" for each in rows(experiments)]
    lines += ["", *plans(max(experiments // 10, 1))]
    print(*lines, sep="\n")
    page = ROOT / "docs" / "model.md"
    page.write_text(filled(page.read_text(encoding="utf-8"), "interval_coverage", lines), encoding="utf-8")


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))

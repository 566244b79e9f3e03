"""How often the interval of `stress` covers the true capacity: small cases with known truth, each with many seeds.

Truth is Erlang C's where a desk is M/M/c, hours over work where nothing but these bounds the rate, and for a desk with
office hours whose queue lasts for weeks a simulation of 12 times 4,000 days.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from oracles.queueing import mmc_wait_longer
from scipy.optimize import brentq

from sim.capacity.capacity import Capacity, find_capacity
from sim.capacity.limits import stability
from sim.capacity.runner import Runner
from sim.capacity.trials import Trials
from sim.capacity.variants import at_rate, own_rate
from sim.core.clock import DAY
from sim.models.studies import Stress
from sim.scenario.loading import load
from sim.scenario.setting import Setting, setting_of

SEEDS = 40

HEAD = "start: 2024-01-01\nwarm_up: 3 d\nwindow: 14 d\narrivals: {per_day: 100}\n"


class Case(NamedTuple):
    """One staffing, the rate at which its first target is missed or its work fills its hours, and what that is."""

    name: str
    scenario: str
    truth: float
    first: str | None
    """The SLA that fails first; None where hours are the bound."""


def desk(people: str, minutes: float, limit: str, target: float, *, until: str = "serve.started") -> str:
    """A desk with exponential service."""
    return (
        f"{HEAD}teams: {{desk: {{tier: city, staff: {{{people}}}}}}}\n"
        f"workflow: [{{serve: {{by: desk, effort: {{exponential: {minutes:g} min}}}}}}]\n"
        f"sla: {{served: {{until: {until}, within: {limit}, target: {target:g}}}}}\n"
    )


def tandem(first: int, second: int, limit_min: float) -> str:
    """Two desks in a row, each with an SLA; the departures of M/M/c are Poisson, so that both are M/M/c (Burke)."""
    return (
        f"{HEAD}teams: {{desk: {{tier: city, staff: {{always: {first}}}}}, "
        f"branch: {{tier: branch, staff: {{always: {second}}}}}}}\n"
        "workflow:\n"
        "  - sign: {by: desk, effort: {exponential: 25 min}}\n"
        "  - handle: {by: branch, effort: {exponential: 40 min}}\n"
        "sla:\n"
        "  signed: {until: sign.started, within: 10 min, target: 80%}\n"
        f"  handled: {{from: sign.finished, until: handle.started, within: {limit_min:g} min, target: 85%}}\n"
    )


def mmc(people: int, minutes: float, limit_min: float, target: float) -> float:
    """Letters a day at which M/M/c starts just the target within the limit."""
    full = people * DAY / (60 * minutes)
    root: float = brentq(
        lambda a_day: mmc_wait_longer(people, a_day / DAY, 60 * minutes, 60 * limit_min) - (1 - target),
        0.01 * full,
        0.9999 * full,
    )
    return root


OFFICE = desk("office: 8", 60, "4 d", 0.95, until="serve.finished").replace("14 d", "28 d").replace("3 d", "7 d")
SIDE = HEAD + (
    "teams: {desk: {tier: city, staff: {always: 9}}, back: {tier: city, staff: {office: 4}}}\n"
    "workflow:\n"
    "  - serve: {by: desk, effort: {exponential: 25 min}}\n"
    "  - file: {by: back, effort: {exponential: 30 min}, chance: 40%}\n"
    "sla: {served: {until: serve.started, within: 10 min, target: 80%}}\n"
)

CASES = (
    Case("M/M/1, 80% within 1 h", desk("always: 1", 25, "60 min", 0.8), mmc(1, 25, 60, 0.8), "served"),
    Case("M/M/4, 80% within 10 min", desk("always: 4", 25, "10 min", 0.8), mmc(4, 25, 10, 0.8), "served"),
    Case("M/M/8, 99% within 5 min", desk("always: 8", 25, "5 min", 0.99), mmc(8, 25, 5, 0.99), "served"),
    Case("two SLAs, 3% apart", tandem(4, 6, 20), min(mmc(4, 25, 10, 0.8), mmc(6, 40, 20, 0.85)), "signed"),
    Case("two SLAs, 9% apart", tandem(5, 6, 20), min(mmc(5, 25, 10, 0.8), mmc(6, 40, 20, 0.85)), "handled"),
    Case("office hours, 95% within 4 d", OFFICE, 53.15, "served"),
    Case("hours of another team", SIDE, 4 * 47.5 * 60 / 7 / (30 * 0.4), None),
)


def table() -> list[str]:
    """Coverage of the interval, its width, and whether the SLA that fails first is named right, case by case."""
    rows = [_row(case) for case in CASES]
    return [
        "| case | capacity, true | covered | width, median | above the limit | first named: right, not, wrong |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *rows,
    ]


def _row(case: Case) -> str:
    found = list(_capacities(case))
    limits = [limit for _, limit in found]
    ends = [(each.per_day or 0.0, each.high or float("inf"), each.estimate or float("nan")) for each, _ in found]
    covered = sum(low <= case.truth * (1 + 1e-9) and case.truth <= high * (1 + 1e-9) for low, high, _ in ends)
    above = sum(high > limit * (1 + 1e-9) for (_, high, _), limit in zip(ends, limits, strict=True))
    named = [each.sla for each, _ in found]
    right = sum(sla == case.first for sla in named if sla is not None)
    unsure = named.count(None)
    width = median((high - low) / estimate for low, high, estimate in ends)
    first = f"{right} / {unsure} / {len(named) - right - unsure}"
    return f"| {case.name} | {case.truth:.1f} | {covered} of {len(found)} | {width:.1%} | {above} | {first} |"


def _capacities(case: Case) -> Iterator[tuple[Capacity, float]]:
    """The capacity that each seed finds, with the stability limit."""
    asked = Stress()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "case.yaml"
        path.write_text(case.scenario, "utf-8")
        for seed in range(1, SEEDS + 1):
            setting = _steady(setting_of(load(path, [f"seed={seed}"]).scenario))
            limit = stability(setting)
            assert limit is not None, case.name
            trials = Trials(setting, limit, Runner())
            yield find_capacity(trials, asked.replications, asked.step, letters=asked.letters)[0], limit.per_day


def _steady(setting: Setting) -> Setting:
    return at_rate(setting, own_rate(setting.scenario))


if __name__ == "__main__":
    print("\n".join(table()), file=sys.stdout)

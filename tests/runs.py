"""Scenarios run as the command line runs them, for tests that look at figures rather than at logs."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from scipy.stats import t as student

from sim.experiment.replications import replicate
from sim.metrics.compliance import SlaCounts, sla_counts
from sim.metrics.measures import Counts, measure
from sim.metrics.replication import Replication
from sim.metrics.report import Report
from sim.metrics.summary import summarise
from sim.scenario.loading import load
from sim.scenario.setting import Setting, setting_of
from sim.statistics import Estimate, stacked

T = TypeVar("T")

ROOT = Path(__file__).parents[1]
SCENARIOS = ROOT / "scenarios"


def setting(path: Path, *overrides: str) -> Setting:
    """A scenario file, loaded and made ready."""
    return setting_of(load(path, overrides).scenario)


def written(folder: Path, text: str) -> Path:
    """A scenario written down in a folder."""
    path = folder / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def see(of: Setting, look: Callable[[Replication], T], *, keep: float = 1.0, stretches: bool = True) -> list[T]:
    """What `look` sees in each of a scenario's replications."""
    return list(replicate(of, range(of.scenario.replications), look, keep=keep, stretches=stretches))


def report(of: Setting) -> Report:
    """The report on all replications of a scenario."""
    everything = replicate(of, range(of.scenario.replications), measure)
    return summarise(of, everything, scenario=of.scenario.name, engine="compiled")


def counted(of: Setting) -> list[Counts]:
    """The counts of each replication of a scenario."""
    return see(of, lambda replication: measure(replication).counts)


def sla_counts_of(of: Setting, *, keep: float = 1.0) -> tuple[SlaCounts, ...]:
    """How each SLA of a scenario was kept, its arrays with a first axis for the replications."""
    return stacked(see(of, sla_counts, keep=keep, stretches=False))


def half_width(estimate: Estimate) -> float:
    """Half the width of the reported 95% interval."""
    assert estimate.low is not None
    assert estimate.high is not None
    return (estimate.high - estimate.low) / 2


def agree(estimate: Estimate, truth: float, *, replications: int, tight: float) -> bool:
    """Whether an estimate agrees with what theory says.

    The truth must lie within the reported interval, widened from 95% to 99.9%: a figure that is right fails with
    one seed in a thousand. And the reported half-width must not exceed the share `tight` of the truth, so that a
    figure that is wrong by more than three times that is noticed.
    """
    assert estimate.mean is not None
    freedom = replications - 1
    wider = student.ppf(0.9995, freedom) / student.ppf(0.975, freedom)
    half = half_width(estimate)
    assert half <= tight * abs(truth), f"half-width {half:g} is more than {tight:.1%} of {truth:g}"
    assert abs(estimate.mean - truth) <= wider * half, f"{estimate.mean:g} +- {half:g}, and theory says {truth:g}"
    return True

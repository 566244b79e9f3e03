"""What all tests share: the engines, Hypothesis without deadlines, charts without a screen, an offline browser."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builder import Play
from hypothesis import settings
from kept import write_files
from shown import MAILBOX, replayed, small

from sim.core.tables import Log, Roster, Workload
from sim.engine.audit import require_sound
from sim.engine.contract import ENGINES, simulate
from sim.scenario.loading import load
from sim.scenario.setting import setting_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from sim.capacity import StressReport
    from sim.comparison.report import Comparison
    from sim.fit.fit_report import FitReport
    from sim.metrics.report import Report
    from sim.operations.replay_report import ReplayReport
    from sim.operations.targets import Targets
    from sim.sensitivity.report import Sensitivity
    from sim.sweep.report import Sweep

# Set before anything imports matplotlib.
os.environ["MPLBACKEND"] = "agg"

# What commands say must not depend on the language of the machine; where another one is wanted, it is asked for.
os.environ["LETTERSIM_LANG"] = "en"

# A deadline would make the tests depend on how busy the machine is. On CI Hypothesis takes its own profile,
# which has none and repeats the same examples.
settings.register_profile("here", deadline=None)
if "CI" not in os.environ:
    settings.load_profile("here")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the browser tests, and say so, where there is no browser."""
    if CHROMIUM is None:
        for item in items:
            if "browser" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="no chromium on this machine"))


# One a module and not one a session: while Playwright runs, no other test of the process can start an event loop.
@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    """The system's chromium, headless and offline; a test opens its own page and closes it."""
    from playwright.sync_api import sync_playwright

    # No name resolves, so neither a page nor the browser itself reaches beyond this machine.
    offline = ["--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            chromium_sandbox=False,
            args=[*offline, *quiet, "--disable-gpu", "--disable-quic"],
        )
        yield browser
        browser.close()


@pytest.fixture(params=ENGINES)
def play(request: pytest.FixtureRequest) -> Play:
    """Simulate on one engine after the other, with stretches, to second 1,000 unless said; and audit the log."""

    def on_engine(workload: Workload, roster: Roster, horizon: int = 1000) -> Log:
        log = simulate(workload, roster, horizon, engine=request.param, stretches=True)
        require_sound(workload, roster, horizon, log)
        return log

    return on_engine


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with what the commands of `kept` need."""
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path)
    return tmp_path


# Reports that several modules show, worked out once. What they need is loaded by those who ask for them.


@pytest.fixture(scope="session")
def small_report(tmp_path_factory: pytest.TempPathFactory) -> "Report":
    """Report of a run of the small mailbox."""
    from runs import report

    return report(setting_of(small(tmp_path_factory.mktemp("small")).scenario))


@pytest.fixture(scope="session")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> "Comparison":
    """The small mailbox, and the same with more people at the stations, on two days even more."""
    from sim.comparison import compare

    folder = tmp_path_factory.mktemp("compared")
    more = ("teams.station.staff.daytime=9", "staff_changes=[{team: station, from: day 3, lasts: 2 d, people: 3}]")
    return compare([small(folder, "today"), small(folder, "more", *more)])


@pytest.fixture(scope="session")
def small_sweep(tmp_path_factory: pytest.TempPathFactory) -> "Sweep":
    """The mailbox that is stressed, with more and more people and letters."""
    from sim.scenario.loading import ScenarioFile
    from sim.sweep import scenarios_of, sweep
    from sim.sweep.design import design_of

    path = tmp_path_factory.mktemp("swept") / "mailbox.yaml"
    path.write_text(MAILBOX, "utf-8")
    design = design_of(["teams.city.staff.always=5,6", "arrivals.per_day=100,200"])
    return sweep(scenarios_of(ScenarioFile(path), design), design)


@pytest.fixture(scope="session")
def small_sensitivity(tmp_path_factory: pytest.TempPathFactory) -> "Sensitivity":
    """The same mailbox, of which four figures are not known."""
    from sim.scenario.loading import ScenarioFile
    from sim.sensitivity import SensitivityQuestion, sensitivity

    path = tmp_path_factory.mktemp("unsure") / "mailbox.yaml"
    path.write_text(MAILBOX.replace("{per_day: 200}", "{per_day: 200}   # A"), "utf-8")
    ranges = ("teams.city.staff.always=4..8", "teams.station.staff.always=10..14", "workflow.sign.effort=-20%..+20%")
    return sensitivity(ScenarioFile(path), SensitivityQuestion(ranges=ranges, points=4))


@pytest.fixture(scope="session")
def mailbox_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the mailbox that is stressed."""
    path = tmp_path_factory.mktemp("mailbox") / "mailbox.yaml"
    path.write_text(MAILBOX, "utf-8")
    return path


@pytest.fixture(scope="session")
def stress_report(mailbox_file: Path) -> "StressReport":
    """What stressing it shows."""
    from sim.capacity import stress

    return stress(setting_of(load(mailbox_file).scenario), scenario="mailbox")


@pytest.fixture(scope="session")
def found(mailbox_file: Path) -> "Targets":
    """Its targets; two replications are too few to be sure of any headroom."""
    from sim.operations.targets import targets

    return targets(setting_of(load(mailbox_file, ["replications=4"]).scenario), scenario="mailbox")


@pytest.fixture(scope="session")
def replay_report() -> "ReplayReport":
    """What a replay of ten seconds found."""
    return replayed()


@pytest.fixture(scope="session")
def fit_report(tmp_path_factory: pytest.TempPathFactory) -> "FitReport":
    """A fit of a desk that signs more slowly than its scenario says."""
    from judged import fitted

    return fitted(tmp_path_factory.mktemp("fit"))

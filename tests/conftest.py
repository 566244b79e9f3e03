"""What all tests share: the engines, Hypothesis without deadlines, charts without a screen, an offline browser."""

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from builder import Play
from hypothesis import settings

from sim.core.tables import Log, Roster, Workload
from sim.engine.audit import require_sound
from sim.engine.contract import ENGINES, simulate

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Set before anything imports matplotlib.
os.environ["MPLBACKEND"] = "agg"

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

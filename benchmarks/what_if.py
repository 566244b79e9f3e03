"""How long somebody waits at the live page, in a browser: from a change to the first answer, and to a narrow one."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from run import ROOT

SCENARIO = "scenarios/shenzhen_stress_600.yaml"
CHANGES = 9
"""Changes of each kind; each is one that was never asked for before."""

BRANCH, STATION, CITY = "branch.staff.four_teams_two_shifts", "station.staff.daytime", "city.absence"
SETTLING = 6.0
"""Seconds before the first change, as somebody takes to look at the page; the base is simulated meanwhile."""

BETWEEN = 1.0
NARROW = 1.0
"""Percentage points either way."""


def table() -> list[str]:
    """Seconds from typing a value to what the page then shows."""
    people = [(f"teams.{BRANCH}", str(81 + each)) for each in range(CHANGES)]
    others = [(f"teams.{STATION}", str(136 + each)) for each in range(4)]
    others += [(f"teams.{CITY}", f"{10 + each}%") for each in range(4)]
    letters = [("arrivals.per_day", str(605 + 5 * each)) for each in range(CHANGES)]
    with _server() as address, _browser() as browser:
        page = _opened(browser, address)
        firsts = [_waited(page, *each)[0] for each in others]
        both = [_waited(page, *each, narrow=True) for each in people]
        with_letters = [_waited(page, *each)[0] for each in letters]
        page.close()
        pages = [_opened(browser, address) for _ in range(3)]
        at_once = [_at_once(pages, 100 + 3 * each) for each in range(CHANGES)]
    rows = {
        "a change of people or absence, to the first answer": firsts + [first for first, _ in both],
        "a change of people, to ±1 point on the difference of contacted": [narrow for _, narrow in both],
        "a change of letters a day, to the first answer": with_letters,
        "three viewers who change people at once, to the first answer of the last": at_once,
    }
    return [
        "| from | median s | slowest s |",
        "| --- | ---: | ---: |",
        *(f"| {name} | {median(seconds):.2f} | {max(seconds):.2f} |" for name, seconds in rows.items()),
    ]


@contextmanager
def _server() -> Iterator[str]:
    command = [sys.executable, "cli.py", "serve", SCENARIO, "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield next(line.strip() for line in server.stdout if line.strip().startswith("http"))
        finally:
            server.terminate()


@contextmanager
def _browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, chromium_sandbox=False, args=["--disable-gpu"])


def _opened(browser: Any, address: str) -> Any:
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.goto(address)
    page.wait_for_selector("body[data-current=yes]")
    time.sleep(SETTLING)
    return page


def _waited(page: Any, key: str, value: str, *, narrow: bool = False) -> tuple[float, float]:
    """Seconds from a change to the first answer, and to a narrow difference if asked for; then all is undone."""
    began = _type(page, key, value)
    page.wait_for_selector("body[data-current=yes]")
    first = time.perf_counter() - began
    if narrow:
        _until(lambda: _half_width(page) <= NARROW)
    seconds = time.perf_counter() - began
    page.locator("#reset").click()
    time.sleep(BETWEEN)
    return first, seconds


def _at_once(pages: list[Any], people: int) -> float:
    began = [_type(page, f"teams.{BRANCH}", str(people + at)) for at, page in enumerate(pages)]
    for page in pages:
        page.wait_for_selector("body[data-current=yes]")
    seconds = time.perf_counter() - began[-1]
    for page in pages:
        page.locator("#reset").click()
    time.sleep(BETWEEN)
    return seconds


def _type(page: Any, key: str, value: str) -> float:
    field = page.locator(f'[id="lever-{key}"]')
    if not field.is_visible():
        page.locator("#filter").fill(key)
    field.fill(value)
    began = time.perf_counter()
    field.press("Enter")
    return began


def _half_width(page: Any) -> float:
    """Of the interval of the difference of contacted, in percentage points; a large number where there is none."""
    text = page.locator("#staffings tr.focus td").nth(3).inner_text()
    found = re.search(r"\[([+−-]?[\d.]+), ([+−-]?[\d.]+)\]", text.partition("point")[2])
    low, high = (float(end.replace("−", "-")) for end in found.groups()) if found else (-100.0, 100.0)
    return (high - low) / 2


def _until(condition: Callable[[], bool]) -> None:
    until = time.perf_counter() + 60
    while not condition():
        assert time.perf_counter() < until, "no answer for a minute"
        time.sleep(0.01)

"""Ordinary office hours: rosters to the minute go through check, run and plan, each within a time that shows a hang."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]

PATIENCE = 120
"""Seconds after which a command hangs; each takes two or three, but other tests may be at work beside it."""


def lettersim(*arguments: Any, folder: Path) -> str:
    """What a command prints; it must come to its end, without complaint."""
    command = [sys.executable, str(ROOT / "cli.py"), *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, f"{arguments}: {done.stderr}"
    return done.stdout


def office(folder: Path, name: str, *spans: str, **keys: Any) -> Path:
    """A week of a desk of four people who are there every day for the given spans; `keys` replace its keys."""
    written = {
        "start": "2024-03-04",
        "window": "7 d",
        "replications": 2,
        "arrivals": {"per_day": 60},
        "rosters": {"hours": {"daily": list(spans)}},
        "teams": {"desk": {"tier": "city", "staff": {"hours": 4}, "absence": "10%"}},
        "workflow": [{"answer": {"by": "desk", "effort": {"mean": "12 min", "cv": 1}}}],
        "sla": {
            "soon": {"until": "answer.started", "within": "1 h", "target": "30%"},
            "closed": {"until": "closed", "within": "4 d", "target": "50%"},
        },
        "plan": {"replications": 2, "proof": 2, "budget": 30},
    }
    file = folder / f"{name}.yaml"
    file.write_text(json.dumps(written | keys), encoding="utf-8")
    return file


HOURS = {
    "half_past": ["08:30-17:30"],
    "lunch": ["08:30-12:00", "14:00-17:30"],
    "quarter_past": ["09:00-17:15"],
    "one_minute": ["10:07-10:08"],
    "midnight": ["20:20-07:45"],
    "around_midnight": ["23:59-00:01"],
    "part_time": ["08:47-11:13"],
}
"""Rosters as offices have them, and some that nobody would."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("offices")


def test_every_roster_is_checked_and_run(folder: Path) -> None:
    files = [office(folder, name, *spans) for name, spans in HOURS.items()]
    forecasts = json.loads(lettersim("check", *files, "--json", folder=folder))
    summaries = json.loads(lettersim("run", *files, "--json", "--no-report", folder=folder))
    for (name, spans), forecast, summary in zip(HOURS.items(), forecasts, summaries, strict=True):
        minutes = sum(_minutes(span) for span in spans)
        expected = 0.9 * 4 * minutes / 60 * 7
        on_duty = summary["teams"]["desk"]["on_duty_hours"]["mean"]
        assert on_duty == pytest.approx(expected, rel=0.15, abs=0.1), name
        assert forecast["teams"]["desk"]["mean"] * 168 == pytest.approx(on_duty, rel=0.15, abs=0.1), name


@pytest.mark.parametrize("name", ["lunch", "quarter_past", "one_minute"])
def test_every_roster_is_planned(folder: Path, name: str) -> None:
    file = office(folder, f"plan_{name}", *HOURS[name])
    planned = json.loads(lettersim("plan", file, "--json", "--no-report", folder=folder))
    assert planned["ending"]


def test_random_rosters_to_the_minute(folder: Path) -> None:
    chance = np.random.default_rng(20240304)
    files = [office(folder, f"random{number}", **_random(chance)) for number in range(12)]
    assert len(json.loads(lettersim("check", *files, "--json", folder=folder))) == len(files)
    for summary in json.loads(lettersim("run", *files, "--json", "--no-report", folder=folder)):
        assert all(np.isfinite(team["on_duty_hours"]["mean"]) for team in summary["teams"].values())


def _random(chance: np.random.Generator) -> dict[str, Any]:
    """One to three teams, each with units of its own and a roster of one to three spans on some days of the week."""
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    rosters, teams, workflow = {}, {}, []
    for number in range(chance.integers(1, 4)):
        at = np.sort(chance.choice(1440, 2 * chance.integers(1, 4), replace=False)).tolist()
        spans = [f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}" for begin, end in _pairs(at)]
        open_on = sorted(chance.choice(7, chance.integers(1, 8), replace=False).tolist())
        rosters[f"roster{number}"] = {"weekly": {days[day]: spans for day in open_on}}
        units = int(chance.integers(1, 4))
        teams[f"team{number}"] = {
            "tier": "city",
            "units": units,
            "staff": {f"roster{number}": int(chance.integers(1, 9))},
            "absence": float(chance.choice([0, 0.3])),
        }
        effort = {"mean": f"{chance.integers(1, 90)} min", "cv": 1}
        workflow.append({f"step{number}": {"by": f"team{number}", "effort": effort, "chance": 0.7}})
    return {
        "rosters": rosters,
        "teams": teams,
        "workflow": workflow,
        "sla": {
            "soon": {"until": "step0.started", "within": f"{chance.integers(5, 100)} min", "target": "50%"},
            "closed": {"until": "closed", "within": "2 d", "target": "50%"},
        },
    }


def _pairs(at: list[int]) -> list[tuple[int, int]]:
    return list(zip(at[::2], at[1::2], strict=True))


def _minutes(span: str) -> int:
    begin, end = (60 * int(time[:2]) + int(time[3:]) for time in span.split("-"))
    return (end - begin) % 1440

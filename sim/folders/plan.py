"""A plan and its folder: the answer for people and for programs, a scenario to run, and the roster sheet."""

import csv
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Group

from sim.cost import affordable, estimate
from sim.experiment import cores
from sim.folders.kept import write_answers, write_json
from sim.folders.roster_sheet import write_sheet
from sim.folders.whole import whole_or_not_at_all
from sim.loading import Loaded
from sim.models.staffing import WEEKDAYS
from sim.planner import plan
from sim.planning.answer import Answer
from sim.planning.posts import staffed
from sim.planning.written import planned_yaml
from sim.results import RESULTS, refuse_to_replace, run_id, versions
from sim.setting import Setting, setting_of
from sim.text.cautions import with_cautions
from sim.text.plan import planned as shown_plan
from sim.text.plan_words import say

LEFT_OUT: Final = ("ratio", "needs")
"""What plan.json does not hold: letters of every replication, and what is in requirement.csv."""


@dataclass(frozen=True)
class Planned:
    """A plan that was made and written.

    Attributes:
        content: the content of plan.json.
        seconds: how long it took.
    """

    folder: Path
    setting: Setting
    answer: Answer
    content: dict[str, Any]
    seconds: float

    def shown(self, lang: str) -> Group:
        """The answer, to be printed."""
        return shown_plan(self.answer, lang, self.seconds)


def planned(
    loaded: Loaded,
    *,
    engine: str = "compiled",
    workers: int | None = None,
    out: Path | None = None,
    force: bool = False,
    lang: str = "en",
    shown: bool = True,
    progress: Callable[[int], object] | None = None,
) -> Planned:
    """Plan a scenario and write the folder of the plan, `results/<file's stem>/plan-<run id>` if not said.

    Args:
        lang: language in which the page opens, and of the charts as PNG.
        shown: whether charts and page are made.

    Raises: SimError if there is nothing to plan, or `out` is something else.
    """
    setting = setting_of(loaded.scenario)
    target = out if out is not None else RESULTS / loaded.stem / f"plan-{run_id(loaded)}"
    if not (target / "plan.json").exists():
        refuse_to_replace(target, force)
    workers = affordable(estimate(setting, engine), workers or cores())
    clock = time.perf_counter()
    answer = plan(setting, scenario=loaded.stem, engine=engine, workers=workers, progress=progress)
    seconds = time.perf_counter() - clock
    content = plain_answer(answer)
    with whole_or_not_at_all(target) as folder:
        write_json(folder / "plan.json", content)
        write_answers(folder, lambda each: shown_plan(answer, each))
        if answer.people is not None:
            write_sheet(staffed(setting, answer.posts, answer.people), folder)
        write_requirement(answer, folder / "requirement.csv")
        if shown:
            from sim.html.plan_page import write_plan_page

            manifest = {
                "program": "lettersim",
                "plan": run_id(loaded),
                "scenario": loaded.source,
                "engine": engine,
                "changes": list(loaded.changes),
                "seed": loaded.scenario.seed,
                "versions": versions(),
            }
            write_plan_page(folder, answer, content, manifest=manifest, lang=lang)
    return Planned(target, setting, answer, content, seconds)


def write_planned(result: Planned, loaded: Loaded, overridden: bool, file: Path, lang: str = "en") -> None:
    """Write a plan as a scenario to run.

    Args:
        overridden: whether something besides the files decided the scenario.
    """
    answer = result.answer
    assert answer.people is not None, "asked for a plan that there is"
    name = say(lang, "name planned", title=answer.title or answer.scenario)
    about = say(lang, "about planned", people=sum(answer.people), today=sum(post.today for post in answer.posts))
    text = planned_yaml(loaded, overridden, result.setting, answer.posts, answer.people, file, name, about)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def write_requirement(answer: Answer, file: Path) -> None:
    """People needed and on duty by team and half hour of the week, as CSV."""
    with file.open("w", newline="", encoding="utf-8-sig") as text:
        rows = csv.writer(text)
        rows.writerow(["team", "weekday", "from", "needed", "on_duty_today", "on_duty_planned", "short"])
        for team, need in answer.needs.items():
            columns = (need.people, need.today, need.planned, need.shortfall)
            for slot, values in enumerate(zip(*(each.tolist() for each in columns), strict=True)):
                day, of_day = divmod(slot, 48)
                when = f"{of_day // 2:02}:{of_day % 2 * 30:02}"
                rows.writerow([team, WEEKDAYS[day], when, *(f"{value:.2f}" for value in values)])


def plain_answer(answer: Answer) -> dict[str, Any]:
    """An answer as JSON can hold it: the same for the same scenario, seed and budget."""
    content: dict[str, Any] = _plain(asdict(answer))
    for post, heads in zip(content["posts"], answer.people or (None,) * len(answer.posts), strict=True):
        post["people"] = heads
    content["gap"], content["optimal"] = answer.gap, answer.optimal
    return with_cautions(content, answer.cautions)


def _plain(value: Any) -> Any:
    if hasattr(value, "_asdict"):
        return _plain(value._asdict())
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if key not in LEFT_OUT}
    if isinstance(value, range):
        return [value.start, value.stop - 1]
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    return None if isinstance(value, float) and not np.isfinite(value) else value

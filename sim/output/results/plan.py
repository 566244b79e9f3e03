"""A plan and its folder: the answer for people and for programs, a scenario to run, and the roster sheet."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Group

from sim.core.errors import Problem, ScenarioError
from sim.core.options import DEFAULT, Options
from sim.core.safe_text import Cell, write_csv
from sim.experiment.cost import prepare
from sim.models.staffing import WEEKDAYS
from sim.output.folders.result_folder import RESULTS, ResultFolder
from sim.output.results.kept import Kept, Made, keep
from sim.output.results.load import told_of, write_scenario_of
from sim.output.results.roster_sheet import write_sheet
from sim.output.results.run import run_id
from sim.output.text.cautions import caution, with_cautions
from sim.output.text.plan import plan_text as shown_plan
from sim.output.words import say
from sim.planner.answer import Answer
from sim.planner.planning import plan, targets_of_all
from sim.planner.scenario_patch import planned_yaml
from sim.planner.staffing_cells import People, Post, staffed
from sim.scenario.loading import Loaded
from sim.scenario.setting import Setting

LEFT_OUT: Final = ("decided", "needs")
"""What plan.json does not hold: letters of every replication, and what is in requirement.csv."""


@dataclass(frozen=True)
class Planned(Kept):
    """A folder of a plan, with plan.json.

    Attributes:
        plan: None if the folder was there already.
        seconds: how long it took.
    """

    setting: Setting
    plan: Answer | None
    seconds: float

    @property
    def posts(self) -> tuple[Post, ...]:
        """What the plan decides."""
        return tuple(Post(**{name: post[name] for name in Post._fields}) for post in self.summary["posts"])

    @property
    def people(self) -> People | None:
        """The people of each post; None if there is no plan."""
        people = tuple(post["people"] for post in self.summary["posts"])
        return None if None in people else people

    def shown(self, lang: str) -> Group | str:
        """The answer, to be printed."""
        return self.answer(lang).rstrip() if self.plan is None else shown_plan(self.plan, lang, self.seconds)


def planned(
    loaded: Loaded,
    options: Options = DEFAULT,
    *,
    progress: Callable[[int], object] | None = None,
    told: Callable[[int, float], object] | None = None,
) -> Planned:
    """Plan a scenario and write the folder of the plan, or find the one that the same plan wrote before.

    Args:
        options: as of a run; its folder is by default `results/<file's stem>/plan-<run id>`.
        told: told beforehand about how many letters will be simulated, and how many seconds that will take.

    Raises: ScenarioError as `prepare`, or if a target can never be shown to be met; SimError if there is nothing to
        plan, or the folder is something else.
    """
    setting, _, affordable = prepare(loaded, options, one_run=False)
    if refused := targets_of_all(setting):
        raise ScenarioError(loaded.source, [Problem(caution(each, "en")) for each in refused])
    clock = time.perf_counter()

    def make() -> Made[Answer]:
        answer = plan(setting, affordable, scenario=loaded.stem, progress=progress, told=told)
        content = plain_answer(answer)

        def write(folder: Path) -> None:
            write_scenario_of(loaded, folder)
            if answer.people is not None:
                write_sheet(staffed(setting, answer.posts, answer.people), folder)
            write_requirement(answer, folder / "requirement.csv")

        def show(folder: Path, manifest: Mapping[str, Any], lang: str) -> None:
            from sim.output.html.plan_page import write_plan_page

            write_plan_page(folder, answer, content, manifest=manifest, lang=lang)

        about = told_of(loaded)
        return Made(answer, content, {"plan": answer.ending}, about, lambda each: shown_plan(answer, each), write, show)

    target = options.out if options.out is not None else RESULTS / loaded.stem / f"plan-{run_id(loaded)}"
    place = ResultFolder(target, {"plan": run_id(loaded), "engine": options.engine}, options.lang)
    kept, answer = keep(place, "plan.json", make, options)
    seconds = time.perf_counter() - clock
    return Planned(kept.folder, kept.summary, kept.reused, kept.stale, setting, answer, seconds)


def write_planned(result: Planned, loaded: Loaded, overridden: bool, file: Path, lang: str = "en") -> None:
    """Write a plan as a scenario to run.

    Args:
        overridden: whether something besides the files decided the scenario.
    """
    assert result.people is not None, "asked for a plan that there is"
    name = say(lang, "plan.name-planned", title=loaded.scenario.name or loaded.stem)
    today = sum(post.today for post in result.posts)
    about = say(lang, "plan.about-planned", people=sum(result.people), today=today)
    text = planned_yaml(loaded, overridden, result.setting, result.posts, result.people, file, name, about)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def write_requirement(answer: Answer, file: Path) -> None:
    """People needed and on duty by team and half hour of the week, as CSV."""
    write_csv(file, _requirement(answer))


def _requirement(answer: Answer) -> Iterator[list[Cell]]:
    yield ["team", "weekday", "from", "needed", "on_duty_today", "on_duty_planned", "short"]
    for team, need in answer.needs.items():
        columns = (need.people, need.today, need.planned, need.shortfall)
        for slot, values in enumerate(zip(*(each.tolist() for each in columns), strict=True)):
            day, of_day = divmod(slot, 48)
            when = f"{of_day // 2:02}:{of_day % 2 * 30:02}"
            yield [team, WEEKDAYS[day], when, *(f"{value:.2f}" for value in values)]


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

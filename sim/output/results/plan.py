"""A plan and its folder: the answer for people and for programs, a scenario to run, and the roster sheet."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from sim.core.errors import Problem, ScenarioError
from sim.core.json_text import plain
from sim.core.options import DEFAULT, Options
from sim.core.safe_text import Cell, write_csv
from sim.experiment.cost import prepare
from sim.models.staffing import WEEKDAYS
from sim.output.results.result import Result, Work, result_of, told_of, write_scenario
from sim.output.results.roster_sheet import write_sheet
from sim.output.results.run import run_id
from sim.output.text.cautions import caution, with_cautions
from sim.output.text.plan import plan_text as shown_plan
from sim.output.words import say
from sim.planner.answer import Answer
from sim.planner.planning import plan as search_plan
from sim.planner.planning import targets_of_all
from sim.planner.scenario_patch import planned_yaml
from sim.planner.staffing_cells import staffed
from sim.scenario.loading import Loaded
from sim.scenario.setting import setting_of

LEFT_OUT: Final = ("decided", "needs")
"""What plan.json does not hold: letters of every replication, and what is in requirement.csv."""


def plan(
    loaded: Loaded,
    options: Options = DEFAULT,
    *,
    progress: Callable[[int], object] | None = None,
    told: Callable[[int, float], object] | None = None,
) -> Result[Answer]:
    """Plan a scenario and write the folder of the plan, or find the one that the same plan wrote before.

    Args:
        options: as of a run; its folder is by default `results/<file's stem>/plan-<run id>`.
        told: told beforehand about how many letters will be simulated, and how many seconds that will take.

    Raises: ScenarioError as `prepare`, or if a target can never be shown to be met; SimError if there is nothing to
        plan, or the folder is something else.
    """

    def compute(*_: object) -> Answer:
        prepared = prepare(loaded, options, one_run=False)
        if refused := targets_of_all(prepared.setting):
            raise ScenarioError(loaded.source, [Problem(caution(each, "en")) for each in refused])
        return search_plan(prepared.setting, prepared.options, scenario=loaded.stem, progress=progress, told=told)

    def write(answer: Answer, folder: Path) -> None:
        write_scenario(loaded, folder)
        if answer.people is not None:
            write_sheet(staffed(setting_of(loaded.scenario), answer.posts, answer.people), folder)
        write_requirement(answer, folder / "requirement.csv")

    return result_of(
        Work(
            identity={"plan": run_id(loaded), "engine": options.engine},
            home=Path(loaded.stem, f"plan-{run_id(loaded)}"),
            file="plan.json",
            report=Answer,
            told=told_of(loaded),
            compute=compute,
            summary=plain_answer,
            verdicts=lambda answer: {"plan": answer.ending},
            answer=shown_plan,
            write=write,
            draw=_draw,
        ),
        options,
    )


def write_planned(answer: Answer, loaded: Loaded, overridden: bool, file: Path, lang: str = "en") -> None:
    """Write a plan as a scenario to run.

    Args:
        overridden: whether something besides the files decided the scenario.
    """
    assert answer.people is not None, "asked for a plan that there is"
    name = say(lang, "plan.name-planned", title=loaded.scenario.name or loaded.stem)
    today = sum(post.today for post in answer.posts)
    about = say(lang, "plan.about-planned", people=sum(answer.people), today=today)
    setting = prepare(loaded, one_run=False).setting
    text = planned_yaml(loaded, overridden, setting, answer.posts, answer.people, file, name, about)
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
    content: dict[str, Any] = plain(answer, omit=LEFT_OUT)
    for post, heads in zip(content["posts"], answer.people or (None,) * len(answer.posts), strict=True):
        post["people"] = heads
    content["gap"], content["optimal"] = answer.gap, answer.optimal
    return with_cautions(content, answer.cautions)


def _draw(answer: Answer, folder: Path, manifest: Mapping[str, Any], options: Options) -> None:
    from sim.output.html.plan_page import write_plan_page  # heavy, and a folder that is found again needs none

    write_plan_page(folder, answer, plain_answer(answer), manifest=manifest, options=options)

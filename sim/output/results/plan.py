"""A plan and its folder: the answer for people and for programs, a scenario to run, and the roster sheet."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from sim.core.clock import DAY, HOUR, MINUTE
from sim.core.errors import Problem, ScenarioError
from sim.core.json_text import jsonable, to_json
from sim.core.options import DEFAULT, Options
from sim.core.safe_text import Cell, write_csv
from sim.experiment.cost import prepare
from sim.models.labels import labels_of
from sim.output.folders.points import PointFolder, points_id
from sim.output.folders.result_folder import RESULTS
from sim.output.results.plan_csv import PLAN_CSV
from sim.output.results.result import Result, Work, of_scenario, result_of, write_csv_files, write_scenario
from sim.output.results.workbook import write_workbook
from sim.output.text.cautions import caution, with_cautions
from sim.output.text.formats import name, unit_name
from sim.output.text.overview import Ground
from sim.output.text.plan import plan_text as shown_plan
from sim.output.words import Labels, Language, labelled, languages, say
from sim.planner.answer import PlanAnswer
from sim.planner.finished_replications import FinishedPoint
from sim.planner.planning import plan as search_plan
from sim.planner.planning import targets_of_all
from sim.planner.staffing_cells import ScenarioPatch, staffed, with_patterns
from sim.sampling.headcount import people_of_roster
from sim.sampling.roster import Shifts, people_of_groups, shifts_of
from sim.scenario.loading import Loaded
from sim.scenario.setting import Setting, setting_of

_LEFT_OUT: Final = ("decided", "needs", "roster")
"""What plan.json does not hold: letters of every replication, and what is in requirement.csv and roster.csv."""


def plan(
    loaded: Loaded,
    options: Options = DEFAULT,
    *,
    progress: Callable[[int], object] | None = None,
    told: Callable[[int, float], object] | None = None,
) -> Result[PlanAnswer]:
    """Plan a scenario and write the folder of the plan, or find the one that the same plan wrote before.

    Args:
        options: as of a run; its folder is by default `results/<file's stem>/plan-<run id>`.
        told: told beforehand about how many letters will be simulated, and how many seconds that will take.

    Raises: ScenarioError as `prepare`, or if a target can never be shown to be met; SimError if there is nothing to
        plan, or the folder is something else.
    """
    work = of_scenario("plan", loaded, options)
    work["told"] = {**work["told"], "points": points_id(to_json(work["identity"]))}

    def compute(*_: object) -> PlanAnswer:
        prepared = prepare(loaded, options, one_run=False)
        if refused := targets_of_all(prepared.setting):
            raise ScenarioError(loaded.source, [Problem(caution(each, DEFAULT.lang)) for each in refused])
        # Not where --out says, which may be another folder when it goes on.
        place = RESULTS / loaded.stem / f"points-{work['told']['points']}"
        kept = PointFolder(place, work["told"], FinishedPoint, anew=options.force)
        return search_plan(
            prepared.setting, prepared.options, scenario=loaded.stem, kept=kept, progress=progress, told=told
        )

    def write(answer: PlanAnswer, folder: Path) -> None:
        write_scenario(loaded, folder)
        if answer.people is not None:
            write_sheets(_planned_setting(loaded, answer), folder)
        write_csv_files(folder, PLAN_CSV, answer)

    return result_of(
        Work(
            **work,
            file="plan.json",
            report=PlanAnswer,
            compute=compute,
            summary=partial(plain_answer, labels=labels_of(loaded.scenario)),
            verdicts=lambda answer: {"plan": answer.ending},
            answer=shown_plan,
            write=write,
            draw=partial(_draw, loaded),
        ),
        options,
    )


def write_planned(answer: PlanAnswer, loaded: Loaded, overridden: bool, file: Path, lang: str) -> None:
    """Write a plan as a scenario to run.

    Args:
        overridden: whether something besides the files decided the scenario.
    """
    assert answer.people is not None, "asked for a plan that there is"
    name = say(
        lang,
        "plan.name-planned",
        title=labelled(Language(lang, labels_of(loaded.scenario)), loaded.scenario.name or loaded.stem),
    )
    today = sum(post.today for post in answer.posts)
    about = say(lang, "plan.about-planned", people=sum(answer.people), today=today)
    setting = prepare(loaded, one_run=False).setting
    generated = {pattern.name: pattern for pattern in answer.generated or ()}
    staff = [
        (post, heads)
        for post, heads in zip(answer.posts, answer.people, strict=True)
        if heads or post.roster not in generated
    ]
    posts, people = zip(*staff, strict=True)
    used = [pattern for pattern in generated.values() if pattern.name in {post.roster for post in posts}]
    patch = ScenarioPatch(setting, posts, people, used, name, about)
    text = patch.yaml(Path(loaded.source), file, whole=overridden)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def plain_answer(answer: PlanAnswer, labels: Labels | None = None) -> dict[str, Any]:
    """An answer as JSON can hold it: the same for the same scenario, seed and budget.

    Args:
        labels: what the scenario calls its things, by language.
    """
    content: dict[str, Any] = jsonable(answer, omit=_LEFT_OUT)
    for post, heads in zip(content["posts"], answer.people or (None,) * len(answer.posts), strict=True):
        post["people"] = heads
    if answer.generated is not None:
        content["generated"] = [
            {"roster": each.name, "days_on": each.on, "days_off": each.off, "hours_a_week": each.hours_a_week}
            for each in answer.generated
        ]
    content["gap"], content["optimal"] = answer.gap, answer.optimal
    return with_cautions(content, answer.cautions, labels)


def _draw(loaded: Loaded, answer: PlanAnswer, folder: Path, manifest: Mapping[str, Any], options: Options) -> None:
    from sim.output.html.page import write_drawn  # heavy, and a folder that is found again needs none
    from sim.output.html.plan_page import plan_page

    roster = () if answer.people is None else tuple(roster_sheet(_planned_setting(loaded, answer)))
    told = {"manifest": manifest, "on": Ground.of(loaded, options), "roster": roster, "csv": tuple(PLAN_CSV)}
    summary = plain_answer(answer, labels_of(loaded.scenario))
    write_drawn(folder, "plan", answer, plan_page, options, summary=summary, **told)


def _planned_setting(loaded: Loaded, answer: PlanAnswer) -> Setting:
    """The scenario with the staffing of a plan, which there is."""
    assert answer.people is not None, "asked for a plan that there is"
    return staffed(setting_of(with_patterns(loaded.scenario, answer.generated or ())), answer.posts, answer.people)


def roster_sheet(setting: Setting) -> Iterator[list[Cell]]:
    """Headings, then a row for each group of people of a unit, with its shift of each day of the window.

    It says who should come; absence is not in it.
    """
    scenario, places = setting.scenario, setting.places
    days = range(scenario.window_start // DAY, -(-scenario.window_end // DAY))
    dates = [(scenario.start + timedelta(days=day)).isoformat() for day in days]
    yield ["team", "unit", "roster", "group", "people", *dates]
    for called, team in scenario.teams.items():
        units = places.of_team(called)
        for roster in team.staff:
            people, pattern = people_of_roster(setting, called, roster), scenario.roster(roster)
            if pattern is None:
                groups, plans = people[:, np.newaxis], [["00:00-24:00"] * len(days)]
            else:
                groups, shifts = people_of_groups(pattern, people), shifts_of(pattern, setting)
                plans = [_shifts_by_day(shifts, group, days) for group in range(groups.shape[1])]
            for unit, group in zip(*(each.tolist() for each in np.nonzero(groups)), strict=True):
                heads = int(groups[unit, group])
                yield [called, places.names[units.start + unit], roster, group + 1, heads, *plans[group]]


def write_sheets(setting: Setting, folder: Path) -> None:
    """Write roster.csv, with names as typed, and roster.xlsx, with a sheet in each language, into a folder."""
    rows = list(roster_sheet(setting))
    write_csv(folder / "roster.csv", rows)
    sheets = {
        say(lang, "plan.roster-sheet"): told_sheet(rows, Language(lang, labels_of(setting.scenario)))
        for lang in languages()
    }
    write_workbook(folder / "roster.xlsx", sheets, frozen="F2", widths=(14, 18, 26, 8, 8))


def told_sheet(rows: Sequence[list[Cell]], lang: str) -> Iterator[list[Cell]]:
    """The rows of a roster sheet with headings and names as people of a language have them."""
    (headings, *others) = rows
    yield [*(say(lang, f"plan.roster-{each}") for each in headings[:5]), *headings[5:]]
    for team, unit, roster, *rest in others:
        yield [name(lang, str(team)), unit_name(lang, str(unit)), name(lang, str(roster)), *rest]


def _shifts_by_day(shifts: Shifts, group: int, days: range) -> list[str]:
    """The shifts of a group by the day on which they start; nothing where it rests."""
    own = shifts.group == group
    texts: dict[int, list[str]] = {}
    for start, end in sorted(zip(shifts.start[own].tolist(), shifts.end[own].tolist(), strict=True)):
        texts.setdefault(start // DAY, []).append(f"{_clock(start)}-{_clock(end, end=True)}")
    return [" ".join(texts.get(day, [])) for day in days]


def _clock(instant: int, *, end: bool = False) -> str:
    of_day = instant % DAY
    if end and of_day == 0:
        of_day = DAY
    return f"{of_day // HOUR:02}:{of_day % HOUR // MINUTE:02}"

"""Estimators of a fit: families of durations, workflows from what followed what, and logs that say little."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest

from sim.core.clock import HOUR
from sim.core.errors import ScenarioError
from sim.core.tables import Floats
from sim.fit.durations import fit_durations, kaplan_meier
from sim.fit.finding import Note, language_name, unlike
from sim.fit.fitting import fit
from sim.fit.log import NO_CODE, EventLog, Spells
from sim.fit.places import LogPlaces, TeamDraft
from sim.fit.scenario_text import scenario_text, without_comments
from sim.fit.staffing import Hours, inferred_staffing
from sim.models.scenario import Scenario


def log_of(ways: list[list[tuple[str, int, int, str]]], category: list[str] | None = None) -> EventLog:
    """A log of cases, each a list of activity, start, end (-1 not yet) and person (empty: nobody)."""
    activities = tuple(dict.fromkeys(event[0] for way in ways for event in way))
    people = tuple(dict.fromkeys(event[3] for way in ways for event in way if event[3]))
    categories = tuple(dict.fromkeys(category or ["letter"]))
    rows = [(case, *event) for case, way in enumerate(ways) for event in way]
    case, activity, started, finished, person = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    start, end = np.array(started, dtype=np.int64), np.array(finished, dtype=np.int64)
    code = np.array([people.index(each) if each else NO_CODE for each in person], dtype=np.int32)
    nowhere = np.full(len(rows), NO_CODE, dtype=np.int32)
    done = np.flatnonzero((start >= 0) & (end >= 0))
    received = np.array([way[0][1] if way and way[0][1] >= 0 else 0 for way in ways], dtype=np.int64)
    return EventLog(
        origin=date(2024, 1, 1),
        receipts=True,
        received=received,
        category=np.array([categories.index(each) for each in category or ["letter"] * len(ways)], dtype=np.int32),
        channel=np.zeros(len(ways), dtype=np.int32),
        home=np.full(len(ways), NO_CODE, dtype=np.int32),
        ids=tuple(map(str, range(len(ways)))),
        case=np.array(case, dtype=np.int64),
        activity=np.array([activities.index(each) for each in activity], dtype=np.int32),
        queued=np.full(len(rows), -1, dtype=np.int64),
        started=start,
        finished=end,
        resource=code,
        unit=nowhere,
        spells=Spells(done, start[done], end[done], code[done], nowhere[done]),
        activities=activities,
        categories=categories,
        channels=("all",),
        resources=people,
        units=(),
        teams=(),
    )


def way(at: int, *activities: str) -> list[tuple[str, int, int, str]]:
    """A case whose activities take a minute each, one after the other, done by one clerk."""
    return [(name, at + 60 * place, at + 60 * place + 60, "clerk-1") for place, name in enumerate(activities)]


def steps_of(log: EventLog) -> dict[str, dict[str, object]]:
    return {name: body for step in without_comments(fit(log).document)["workflow"] for name, body in step.items()}


@pytest.mark.parametrize("cut", [False, True], ids=["all ended", "some censored"])
@pytest.mark.parametrize("family", ["lognormal", "exponential", "gamma"])
def test_a_family_is_found_again(family: str, cut: bool) -> None:
    chance = np.random.default_rng(3)
    drawn: dict[str, Floats] = {
        "lognormal": chance.lognormal(6, 1, 3000),
        "exponential": chance.exponential(900, 3000),
        "gamma": chance.gamma(4, 200, 3000),
    }
    seconds = np.rint(drawn[family])
    limit = np.rint(chance.uniform(0, 4 * seconds.mean(), 3000)) if cut else np.full(3000, np.inf)
    fitted = fit_durations(np.minimum(seconds, limit), limit < seconds, "x.csv")
    assert fitted.family == family
    # Three standard errors of the mean of so many, or more where some are censored.
    assert fitted.mean == pytest.approx(seconds.mean(), rel=3 * 1.5 / np.sqrt(3000))


def test_durations_of_no_family_are_kept_as_they_were_measured() -> None:
    chance = np.random.default_rng(4)
    seconds = np.rint(60 + chance.exponential(3, 1000))
    fitted = fit_durations(seconds, np.zeros(1000, dtype=np.bool_), "check.csv")
    assert fitted.written == {"empirical": "check.csv", "column": "seconds"}
    assert fitted.mean == pytest.approx(seconds.mean(), rel=0.01)


def test_kaplan_and_meier_by_hand() -> None:
    at, seen = kaplan_meier(np.array([1.0, 2.0, 2.0, 3.0]), np.array([False, True, False, False]))
    assert at.tolist() == [1, 2, 3]
    assert seen.tolist() == pytest.approx([1 / 4, 1 / 2, 1])


def test_a_way_out_a_way_back_and_a_step_passed_over() -> None:
    ways = [way(3600 * case, "sign", "read", "close") for case in range(60)]
    ways += [way(3600 * case, "sign") for case in range(60, 80)]
    ways += [way(3600 * case, "sign", "read", "sign", "read", "close") for case in range(80, 100)]
    ways += [way(3600 * case, "sign", "read", "check", "close") for case in range(100, 120)]
    ways.sort(key=lambda each: each[0][1])
    steps = steps_of(log_of(ways))
    assert list(steps) == ["sign", "leave_after_sign", "read", "back_to_sign", "check", "close"]
    assert steps["leave_after_sign"]["leave"] == "14.29%"  # 20 of 140 times
    # 20 of 100 who came by for the first time; of those who came by again none went back once more.
    assert (steps["back_to_sign"]["chance"], steps["back_to_sign"]["at_most"]) == ("20%", 1)
    assert steps["check"]["chance"] == "20%"  # 20 of 100 who went on


def test_either_of_two_orders_and_either_of_two_steps() -> None:
    ways = [way(3600 * case, "open", "pay", "tell", "yes") for case in range(0, 200, 2)]
    ways += [way(3600 * case, "open", "tell", "pay", "no") for case in range(1, 200, 2)]
    ways.sort(key=lambda each: each[0][1])
    steps = steps_of(log_of(ways))
    paid = [name for name in steps if name.startswith("pay")]
    told = [name for name in steps if name.startswith("tell")]
    assert len(paid) + len(told) == 3
    twice = max(paid, told, key=len)
    assert steps[twice[1]]["unless"] == [twice[0]]
    assert {"yes", "no"} <= set(steps)
    last = list(steps)[-1]
    assert "unless" in steps[last] or "only_after" in steps[last]


def test_open_cases_say_nothing_of_ways_out() -> None:
    ways = [way(3600 * case, "sign", "read") for case in range(100)]
    ways.append([("sign", 360_000, 360_060, "clerk-1"), ("read", 360_060, -1, "clerk-1")])
    assert list(steps_of(log_of(ways))) == ["sign", "read"]


def test_time_that_nobody_is_on_duty_is_no_effort() -> None:
    chance = np.random.default_rng(5)
    ways = []
    for day in range(60):
        if day % 7 >= 5:
            continue
        for hour in (9, 11, 13, 15):
            start = day * 86_400 + hour * 3600 + int(chance.integers(0, 1800))
            ways.append([("handle", start, start + 1200, f"clerk-{hour % 2}")])
        if day % 7 == 4:
            continue
        late = day * 86_400 + 17 * 3600 - 600
        ways.append([("handle", late, late + 600 + 16 * 3600 + 600, "clerk-3")])  # goes on the next morning
    document = without_comments(fit(log_of(ways)).document)
    (roster,) = document["rosters"].values()
    assert list(roster["weekly"]) == ["mon", "tue", "wed", "thu", "fri"]
    effort = document["workflow"][-1]["handle"]["effort"]
    assert effort == "20 min"


@pytest.mark.parametrize(
    ("weekdays", "called"),
    [((0, 1, 2, 3, 4), "weekdays"), ((0, 1, 2, 3, 6), "mon_tue_wed_thu_sun"), (range(7), "daily")],
)
def test_a_roster_is_called_by_its_days(weekdays: Sequence[int], called: str) -> None:
    nowhere = np.zeros(0, dtype=np.int64)
    team = TeamDraft("desk", (0,), None, None, ("desk",))
    places = LogPlaces((team,), np.zeros(1, dtype=np.int64), nowhere, nowhere, nowhere, ("desk",))
    hours = Hours(np.isin(np.arange(7), weekdays), ((9 * HOUR, 17 * HOUR),), np.array([2]), always=False)
    assert list(inferred_staffing(places, 0, hours).rosters) == [f"{called}_0900_1700"]


def test_names_that_are_alike_are_numbered() -> None:
    taken: list[str] = []
    for text in ("look into", "look.into", "[look into]", ""):
        taken.append(unlike(language_name(text, "step"), taken))
    assert taken == ["look_into", "look_into_2", "look_into_3", "step"]


def test_where_nobody_is_named_the_time_between_events_is_a_wait_too() -> None:
    ways = [[("sign", at, at + 60, ""), ("answer", at + 7260, at + 7860, "")] for at in range(0, 360_000, 3600)]
    assert steps_of(log_of(ways)) == {
        "sign": {"wait": "60 s"},
        "before_answer": {"wait": "2 h"},
        "answer": {"wait": "10 min"},
    }


def test_steps_that_take_place_at_once_are_named() -> None:
    apart = [way(3600 * case, "open", "pay", "tell") for case in range(0, 100, 2)]
    both = [
        [("open", at, at + 60, "clerk"), ("pay", at + 60, at + 660, "ann"), ("tell", at + 90, at + 120, "bob")]
        for at in range(3600, 360_000, 7200)
    ]
    notes = fit(log_of(sorted([*apart, *both], key=lambda each: each[0][1]))).notes
    assert notes == (Note("at-once", {"share": 0.5, "one": "pay", "other": "tell"}),)
    assert fit(log_of(apart)).notes == ()


def test_categories_with_few_letters_borrow_from_the_whole() -> None:
    ways = [way(3600 * case, "sign") if case % 3 else way(3600 * case, "sign", "read") for case in range(200)]
    kinds = ["rare" if case % 20 == 0 else "common" if case % 2 else "usual" for case in range(200)]
    found = fit(log_of(ways, kinds))
    assert {finding.key for finding in found.findings if finding.key.startswith("categories.rare")} == {
        "categories.rare.share"
    }
    scenario = Scenario.model_validate(without_comments(found.document))
    assert scenario.categories["rare"].share == pytest.approx(0.05, abs=1e-4)


@pytest.mark.parametrize(
    "ways",
    [
        [way(0, "sign")],
        [[("sign", 5, 5, "")] for _ in range(50)],
        [[("sign", -1, 10 * case, "")] for case in range(50)],
        [[("sign", 10 * case, -1, "clerk")] for case in range(50)],
        [[], *(way(10 * case, "x: [y]") for case in range(3))],
    ],
    ids=["one case", "all at one second", "ends only", "no ends", "a case without events, and a name of signs"],
)
def test_a_log_that_says_little_is_a_scenario_all_the_same(ways: list[list[tuple[str, int, int, str]]]) -> None:
    fitted = fit(log_of(ways))
    assert Scenario.model_validate(without_comments(fitted.document)).workflow
    assert scenario_text(fitted).startswith("# Marks: M")


def test_a_log_without_events_is_none() -> None:
    with pytest.raises(ScenarioError, match="no event that could become a step"):
        fit(log_of([[]]))

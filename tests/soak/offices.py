"""Small offices at random: one to three teams, rosters to the minute, priorities, pauses, traces, up to a week."""

import json
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

MINUTES_OF_DAY = 24 * 60

BUILT_IN = (
    "office",
    "daytime",
    "four_teams_three_shifts",
    "four_teams_two_shifts",
    "three_teams_two_shifts",
    "duty_24_48",
)


class Office(NamedTuple):
    """A scenario and the files beside it.

    Attributes:
        written: the scenario as plain values.
        files: text of the others, by name.
    """

    written: dict[str, Any]
    files: dict[str, str]

    @property
    def text(self) -> str:
        """The scenario as JSON, which is YAML too."""
        return json.dumps(self.written, indent=1, ensure_ascii=False)


def office(seed: int) -> Office:
    """The office of a seed."""
    return _Drawing(random.Random(seed)).office()


class _Drawing:
    """All chance of one office."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def one(self, *values: Any) -> Any:
        return self.chance.choice(values)

    def office(self) -> Office:
        chance = self.chance
        start = date(2024, 1, 1) + timedelta(days=chance.randrange(700))
        days = chance.randint(1, 7)
        self.per_day = round(chance.uniform(2, 150), 1)
        self.rosters: dict[str, Any] = {f"r{n}": self.roster() for n in range(chance.randint(0, 3))}
        teams = self.teams()
        categories = self.one(["letter"], ["letter"], ["户政", "noise"], ["a", "b", "c"])
        self.channels: dict[str, Any] = {}
        if self.maybe(0.3):
            self.channels = {"web": {"share": "70%"}, "paper": {"share": "30%", "registered": self.some_roster()}}
        workflow = self.workflow(list(teams), categories)
        files: dict[str, str] = {}
        arrivals = self.arrivals(categories)
        if self.maybe(0.15):
            files["letters.csv"] = self.trace(start, days, categories, teams)
            arrivals = {"trace": "letters.csv"}
        written: dict[str, Any] = {
            "start": start.isoformat(),
            "warm_up": self.one("0 s", "0 s", "6 h", "1 d", "7 d"),
            "window": f"{days} d",
            "replications": chance.randint(2, 5),
            "seed": chance.randrange(2**31),
            "arrivals": arrivals,
            "categories": self.shared(categories),
            "teams": teams,
            "workflow": workflow,
            "sla": self.slas(workflow, categories),
            "plan": {"replications": 2, "proof": 4, "budget": 60},
        }
        if self.rosters:
            written["rosters"] = self.rosters
        if self.maybe(0.3):
            written["cool_down"] = self.one("0 s", "1 h", "2 d", "10 d")
        if self.maybe(0.3):
            written["holidays"] = self.one("china", "US", "GB-ENG")
        if self.maybe(0.15):
            written["office_hours"] = self.one(["09:07-16:59"], ["08:30-12:00", "14:00-17:30"])
        if self.channels:
            written["channels"] = self.channels
        return Office(written, files)

    def shared(self, names: list[str]) -> dict[str, Any]:
        cuts = sorted(self.chance.sample(range(1, 100), len(names) - 1))
        ends = zip([0, *cuts], [*cuts, 100], strict=True)
        shared: dict[str, Any] = {
            name: {"share": f"{high - low}%"} for name, (low, high) in zip(names, ends, strict=True)
        }
        if self.maybe(0.3):
            shared[names[-1]]["by_hour"] = self.one("noise_night", [*[0] * 9, *[1] * 9, *[0] * 6])
        return shared

    def arrivals(self, categories: list[str]) -> dict[str, Any]:
        arrivals: dict[str, Any] = {"per_day": self.per_day}
        if self.maybe(0.1):
            arrivals["per_day"] = {"start": self.per_day, "floor": self.per_day / 3, "half_life": "3 d"}
        if self.maybe(0.5):
            arrivals["by_hour"] = self.one(
                "mailbox", [*[0] * 8, *[1] * 10, *[0.2] * 6], [self.chance.randint(0, 3) + (n == 9) for n in range(24)]
            )
        if self.maybe(0.3):
            arrivals["by_weekday"] = self.one(
                [1, 1, 1, 1, 1, 0, 0], [1.2, 1.1, 1, 1, 1, 0.5, 0.4], [0, 0, 3, 0, 0, 0, 1]
            )
        if self.maybe(0.2):
            arrivals["busyness"] = {"cv": self.one(0.1, 0.3, 0.8), "ar1": self.one(0, 0.5)}
        if self.maybe(0.2):
            surge = {
                "from": f"day {self.chance.randint(0, 3)} {self.clock()}",
                "lasts": self.one("90 min", "1 d"),
                "times": self.one(3, "0%", 8),
            }
            arrivals["surges"] = [surge | ({"category": categories[0]} if self.maybe(0.4) else {})]
        return arrivals

    def clock(self) -> str:
        return f"{self.chance.randrange(24):02}:{self.one(0, 0, 15, 30, 45, self.chance.randrange(60)):02}"

    def spans(self) -> list[str]:
        """Shifts of a day to the minute, which do not overlap: whole days, lunch breaks, a minute, over midnight."""
        ready = [["08:30-17:30"], ["08:30-12:00", "14:00-17:30"], ["09:00-17:15"], ["20:00-08:00"], ["00:00-24:00"],
                 ["23:59-00:01"], ["07:13-07:14"], ["10:00-14:30"], ["22:17-05:49"]]  # fmt: skip
        if self.maybe(0.6):
            return list(self.one(*ready))
        ends = sorted(self.chance.sample(range(MINUTES_OF_DAY), 2 * self.chance.randint(1, 3)))
        return [
            f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in zip(ends[::2], ends[1::2], strict=True)
        ]

    def roster(self) -> dict[str, Any]:
        kind = self.one("daily", "daily", "working_days", "weekly", "cycle")
        spans: Any
        if kind == "weekly":
            days = self.chance.sample(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], self.chance.randint(1, 7))
            spans = {day: self.spans() for day in days}
        elif kind == "cycle":
            spans = [
                self.spans()[:1],
                *[self.spans()[:1] if self.maybe(0.4) else [] for _ in range(self.chance.randint(0, 3))],
            ]
        else:
            spans = self.spans()
        return {kind: spans} | ({"on_holidays": False} if kind != "working_days" and self.maybe(0.2) else {})

    def some_roster(self) -> str:
        return str(self.one("always", *self.rosters, *self.rosters, *self.rosters, *BUILT_IN))

    def teams(self) -> dict[str, Any]:
        names = ["desk", "handlers", "chief"][: self.chance.randint(1, 3)]
        teams: dict[str, Any] = {}
        for place, name in enumerate(names):
            units = self.one(1, 1, 2, 3) if place or len(names) == 1 else 1
            staff = {self.some_roster(): self.chance.randint(1, 8) for _ in range(self.one(1, 1, 2))}
            teams[name] = {"staff": staff, "units": units}
            if self.maybe(0.7):
                teams[name]["tier"] = self.one("city", "station")
            if place and self.maybe(0.5) and units >= teams[names[place - 1]]["units"]:
                teams[name]["within"] = names[place - 1]
            if "always" not in staff and self.maybe(0.3):
                teams[name]["absence"] = self.one("5%", "20%", "50%")
            if self.maybe(0.2):
                teams[name]["at_least"] = self.one(0, 1, 2)
            if units > 1 and self.maybe(0.4):
                teams[name]["weights"] = [self.chance.randint(1, 9) for _ in range(units)]
                teams[name]["staff_by"] = self.one("weights", "evenly")
            if self.maybe(0.15):
                effort = {"mean": "15 min", "cv": 1}
                teams[name]["other_duty"] = {
                    "per_hour": self.one(0.2, 1),
                    "effort": effort,
                    "priority": self.one(0, 5),
                    "interrupts": self.maybe(0.5),
                }
        return teams

    def effort(self, most: float) -> Any:
        mean = max(1.0, round(self.chance.uniform(0.02, 1) * most, 1))
        return self.one(
            f"{mean} min", {"mean": f"{mean} min", "cv": self.one(0.3, 1, 2.5)}, {"exponential": f"{mean} min"},
            {"gamma": {"mean": f"{mean} min", "cv": 1}}, {"uniform": ["0 s", f"{2 * mean} min"]},
            {"triangular": ["0 min", f"{mean} min", f"{3 * mean} min"]},
        )  # fmt: skip

    def per_category(self, categories: list[str], draw: Callable[[], Any]) -> Any:
        by_category = {categories[0]: draw(), "default": draw()} if len(categories) > 1 and self.maybe(0.2) else None
        if self.channels and self.maybe(0.25):
            if by_category is not None:
                return {"per_channel": {"paper": draw()}, "per_category": by_category}
            return {"per_channel": {"paper": draw(), "default": draw()}}
        return draw() if by_category is None else {"per_category": by_category}

    def pause(self) -> Any:
        return self.one("3 h", {"mean": "14 h", "cv": 1.2}, "2 d", "1 working day", {"mean": "5 office hours", "cv": 1})

    def workflow(self, teams: list[str], categories: list[str]) -> list[dict[str, Any]]:
        steps: list[dict[str, Any]] = []
        for number in range(self.chance.randint(1, 4)):
            by = self.one(*teams)
            # So that a team is half to fully busy where it has a person or two all the time.
            step: dict[str, Any] = {
                "by": by,
                "effort": self.per_category(categories, lambda: self.effort(2000 / self.per_day)),
            }
            if self.maybe(0.15) and len(teams) > 1:
                step["by"] = {teams[0]: "30%", teams[1]: "70%"}
            if self.maybe(0.5):
                step["priority"] = self.per_category(categories, lambda: self.chance.randint(0, 9))
            for key, share, value in (
                ("interrupts", 0.25, True), ("interruptible", 0.15, False), ("resume_cost", 0.2, "2 min"),
                ("at_shift_end", 0.3, "finish"), ("chance", 0.2, "70%"), ("effort_again", 0.1, "50%"),
            ):  # fmt: skip
                step |= {key: value} if self.maybe(share) else {}
            others = [team for team in teams if team != by] if isinstance(step["by"], str) else []
            if others and self.maybe(0.25):
                step["cover"] = self.one(*others)
            if others and self.maybe(0.2):
                step["escalate"] = {"after": self.one("7 min", "3 h"), "to": self.one(*others)}
            if len(categories) > 1 and number and self.maybe(0.15):
                step["for"] = categories[:1]
            if self.channels and number and self.maybe(0.15):
                step["for_channel"] = ["web"]
            steps.append({f"s{number}": step})
        if self.maybe(0.3):
            wait = self.per_category(categories, self.pause)
            steps.insert(self.chance.randint(0, len(steps)), {"pause": {"wait": wait}})
        if self.maybe(0.2):
            aside: list[dict[str, Any]] = [{"hear": {"wait": self.pause()}}]
            aside.append({"judge": {"by": self.one(*teams), "effort": self.effort(500 / self.per_day)}})
            if self.maybe(0.3):
                aside.append({"rehear": {"back_to": "hear", "chance": "30%", "at_most": 2}})
            detour = {"detour": self.one("10%", "50%"), "steps": aside, "then": self.one("rejoin", "end")}
            steps.insert(self.chance.randint(1, len(steps)), {"aside": detour})
        if self.maybe(0.2):
            steps.insert(self.chance.randint(1, len(steps)), {"out": {"leave": self.one("10%", "60%")}})
        if self.maybe(0.25):
            back: dict[str, Any] = {"back_to": "s0", "chance": self.one("10%", "40%"), "at_most": self.one(1, 3)}
            steps.append({"again": back | ({"after": self.one("2 h", "3 office hours")} if self.maybe(0.5) else {})})
        return steps

    def slas(self, workflow: list[dict[str, Any]], categories: list[str]) -> dict[str, Any]:
        names = [name for step in workflow for name in step]
        worked = [name for step in workflow for name, what in step.items() if "by" in what or "wait" in what]
        slas: dict[str, Any] = {}
        for number in range(self.chance.randint(1, 3)):
            until = self.one("closed", *(f"{name}.{self.one('started', 'finished')}" for name in worked))
            within = self.one(
                "10 min",
                "30 min",
                "2 h",
                "1 d",
                "4 d",
                "4 office hours",
                "1 working day",
                "7 working days",
                "end of working day 2",
            )
            sla: dict[str, Any] = {"until": until, "within": within}
            if self.maybe(0.85):
                sla["target"] = self.one("50%", "70%", "80%", "90%", "95%", "99%", "99.9%")
            if "pause" in names and until == "closed" and self.maybe(0.5):
                sla["paused_during"] = ["pause"]
            if len(categories) > 1 and self.maybe(0.2):
                sla["for"] = categories[:1]
            if self.channels and self.maybe(0.2):
                sla["for_channel"] = ["web"]
            if "aside" in names and self.maybe(0.4):
                sla[self.one("only_after", "unless")] = ["aside"]
            slas[f"p{number}"] = sla
        return slas

    def trace(self, start: date, days: int, categories: list[str], teams: dict[str, Any]) -> str:
        """Letters as an office records them, some of them outside the simulated days."""
        first = datetime.combine(start, datetime.min.time())
        count = max(1, round(self.per_day * days))
        moments = sorted(
            first + timedelta(seconds=self.chance.randrange(-86_400, 86_400 * (days + 8))) for _ in range(count)
        )
        moments.append(first + timedelta(hours=9))
        more = self.maybe(0.5)
        rows = [f"{moment}{',' + str(self.one(*categories)) if more else ''}" for moment in moments]
        return "\n".join(["received,category" if more else "received", *rows]) + "\n"

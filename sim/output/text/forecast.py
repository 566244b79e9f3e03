"""What `check` says: letters, staff and load by hour, what to expect of each SLA, warnings, the cost."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from rich.console import Group
from rich.table import Table
from rich.text import Text

from sim.forecast import Forecast, SlaForecast, TeamForecast
from sim.metrics.figures.teams import ALARM
from sim.output.text.cautions import caution_lines
from sim.output.text.formats import hours_of_day, limit, listed, name, number, percent, weekdays
from sim.output.text.printing import InParts
from sim.output.words import labelled, say

_CHANGES_TOLD: Final = 12


def forecast_text(forecast: Forecast, lang: str) -> Group:
    """What to expect of a scenario, to be printed."""
    return Group(
        Text(say(lang, "forecast.heading", title=labelled(lang, forecast.title or forecast.scenario)), style="bold"),
        *(Text(each) for each in _letters(forecast, lang)),
        _team_table(forecast, lang),
        *_hour_tables(forecast, lang),
        *([_expectation_table(forecast, lang)] if forecast.slas else []),
        *(Text(each) for each in _short(forecast, lang)),
        *caution_lines(forecast.cautions, lang),
        Text(_simulated(forecast, lang)),
        Text(_cost(forecast, lang)),
    )


def _team_table(forecast: Forecast, lang: str) -> Table:
    """One row a team: who is there, and how busy they will be."""
    table = Table()
    for key in ("glossary.team", "forecast.units", "forecast.staff-by-roster", "forecast.on-duty", "forecast.load",
                "glossary.utilisation", "forecast.units-short"):  # fmt: skip
        left = key in ("glossary.team", "forecast.staff-by-roster")
        table.add_column(say(lang, key), justify="left" if left else "right", overflow="fold")
    for team in forecast.teams.values():
        staff = [
            say(lang, "forecast.people-on", people=people, roster=name(lang, roster))
            for roster, people in team.staff.items()
        ]
        load = team.load[np.isfinite(team.load)]
        table.add_row(
            Text(name(lang, team.name)),
            f"{team.units:,}",
            Text(listed(lang, staff) if staff else "–"),
            " / ".join(number(people) for people in (team.least, team.mean, team.most)),
            f"{number(load.mean())} / {number(load.max())}" if len(load) else "–",
            Text(percent(team.utilisation), style=_colour(team.utilisation or 0.0)),
            str(team.units_short),
        )
    return table


def _hour_tables(forecast: Forecast, lang: str) -> Iterator[InParts]:
    """The work that comes, people on duty, and letters late, by hour of the day; weekdays that differ one by one."""
    for group, days in enumerate(forecast.weekdays):
        columns = [(name(lang, team.name), _load_cells(team, group)) for team in forecast.teams.values()]
        columns += [
            (say(lang, "forecast.late-share", sla=name(lang, sla.name)), _late_cells(sla, group))
            for sla in forecast.slas.values()
        ]
        title = _on(forecast, "forecast.by-hour", days, lang)
        yield InParts(title, ("", [f"{hour:02}" for hour in range(24)]), columns)


def _expectation_table(forecast: Forecast, lang: str) -> Table:
    """One row an SLA: what the doors allow, and what the queues leave of it."""
    table = Table()
    for key in ("answer.sla", "glossary.limit", "glossary.target", "forecast.at-best", "forecast.expected",
                "forecast.late-most"):  # fmt: skip
        table.add_column(say(lang, key), justify="left" if key in ("answer.sla", "forecast.late-most") else "right")
    for sla in forecast.slas.values():
        table.add_row(
            Text(name(lang, sla.name)),
            limit(lang, sla.limit),
            percent(sla.target),
            _against(sla.at_best, sla.target),
            _expected(forecast, sla, lang),
            Text(_late_most(forecast, sla, lang)),
        )
    return table


def _letters(forecast: Forecast, lang: str) -> Iterator[str]:
    yield say(
        lang,
        "forecast.letters",
        a_day=number(forecast.letters_a_day),
        letters=f"{forecast.letters:,.0f}",
        days=f"{round(forecast.days, 1):g}",
        counted=f"{forecast.counted:,.0f}",
        window=f"{forecast.window_days:g}",
        replications=forecast.replications,
        headcount=f"{forecast.headcount:,}",
    )
    for change in forecast.changes[:_CHANGES_TOLD]:
        yield f"  {change}"
    if len(forecast.changes) > _CHANGES_TOLD:
        yield say(lang, "forecast.more-changes", more=len(forecast.changes) - _CHANGES_TOLD)


def _short(forecast: Forecast, lang: str) -> Iterator[str]:
    """Where staff are short, team by team."""
    short = False
    for team in forecast.teams.values():
        for group, days in enumerate(forecast.weekdays):
            for start, end in team.short[group]:
                hours = np.arange(start, end) % 24
                worst = hours[int((team.load[group, hours] - team.on_duty[group, hours]).argmax())]
                yield _on(
                    forecast,
                    "forecast.short",
                    days,
                    lang,
                    team=name(lang, team.name),
                    hours=hours_of_day(lang, (start, end)),
                    load=number(team.load[group, worst]),
                    on_duty=number(team.on_duty[group, worst]),
                    hour=f"{worst:02}:00",
                )
                short = True
        if team.units_short and not any(team.short):
            yield say(lang, "forecast.short-units", team=name(lang, team.name), units=team.units_short, of=team.units)
            short = True
    if not short:
        yield say(lang, "forecast.not-short")
    for sla in forecast.slas.values():
        if sla.at_best is not None and sla.target is not None and sla.at_best < sla.target:
            yield say(lang, "forecast.out-of-reach", sla=name(lang, sla.name), at_best=percent(sla.at_best))


def _on(forecast: Forecast, key: str, days: Sequence[int], lang: str, **values: object) -> str:
    """A sentence about hours, which names the weekdays where weekdays differ."""
    if len(forecast.weekdays) == 1:
        return say(lang, key, **values)
    return say(lang, f"{key}-on", weekdays=weekdays(lang, days), **values)


def _expected(forecast: Forecast, sla: SlaForecast, lang: str) -> Text:
    if sla.expected is not None or sla.between is None:
        unsaid = sla.expected is None and not forecast.simulated.with_queues
        return Text(say(lang, "forecast.from-a-run")) if unsaid else _against(sla.expected, sla.target)
    least, most = (percent(share) for share in sla.between)
    return Text(say(lang, "forecast.least-to-most", least=least, most=most))


def _late_most(forecast: Forecast, sla: SlaForecast, lang: str) -> str:
    """The hour of receipt with the largest share of late letters, and where they wait."""
    if sla.worst is None:
        return "–"
    group, hour = sla.worst
    share = percent(round(float(sla.late_by_hour[group, hour]), 3))
    at = _on(forecast, "forecast.worst-hour", forecast.weekdays[group], lang, hour=f"{hour:02}:00", late=share)
    return f"{at} ({name(lang, sla.team)})" if sla.team else at


def _simulated(forecast: Forecast, lang: str) -> str:
    """What was simulated for this, and what it leaves out."""
    extent = forecast.simulated
    if not extent.with_queues:
        return say(lang, "forecast.not-simulated")
    window, counted = f"{forecast.window_days:g}", f"{extent.counted_days:g}"
    if extent.stretches == 1:
        return say(lang, "forecast.simulated-beginning", counted=counted, window=window)
    if extent.stretches:
        return say(lang, "forecast.simulated-stretches", stretches=extent.stretches, counted=counted, window=window)
    key = "forecast.simulated-once" if extent.replications == 1 else "forecast.simulated"
    return say(lang, key, simulated=extent.replications, replications=forecast.replications)


def _cost(forecast: Forecast, lang: str) -> str:
    cost = forecast.cost
    return say(
        lang,
        "forecast.cost" if cost.block is None else "forecast.cost-in-blocks",
        visits=f"{cost.visits:,.0f}",
        seconds=number(max(cost.seconds * forecast.replications, 0.1)),
        memory=f"{max(cost.bytes / 1e6, 1):,.0f}",
        replications=forecast.replications,
    )


def _load_cells(team: TeamForecast, group: int) -> list[Text]:
    cells = []
    hours = zip(team.load[group].tolist(), team.on_duty[group].tolist(), strict=True)
    for hour, (load, people) in enumerate(hours):
        short = any(start <= hour < end or start <= hour + 24 < end for start, end in team.short[group])
        busy = load / people if people else 2.0 * short
        cells.append(Text(f"{'! ' if short else ''}{number(load)} / {number(people)}", style=_colour(busy)))
    return cells


def _late_cells(sla: SlaForecast, group: int) -> list[Text]:
    allowed = 1 - sla.target if sla.target is not None else 1.0
    return [
        Text("–" if np.isnan(late) else f"{100 * late:.0f}%", style="red" if late > allowed else "")
        for late in sla.late_by_hour[group].tolist()
    ]


def _against(share: float | None, target: float | None) -> Text:
    misses = share is not None and target is not None and share < target
    return Text(percent(share), style="red" if misses else "")


def _colour(utilisation: float) -> str:
    return "bold red" if utilisation >= 1 else "yellow" if utilisation > ALARM else ""

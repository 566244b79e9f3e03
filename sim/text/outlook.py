"""What `check` says: letters, staff and load by hour, what to expect of each promise, warnings, the cost."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from rich.console import Group
from rich.table import Table
from rich.text import Text

from sim.forecast import Forecast, SlaForecast, TeamForecast
from sim.text.cautions import caution_lines
from sim.text.fitting import InParts
from sim.text.words import ALARM, hours_of_day, limit, listed, name, number, percent, word

SHOWN_CHANGES: Final = 12


def outlook(forecast: Forecast, lang: str) -> Group:
    """What to expect of a scenario, to be printed."""
    return Group(
        Text(word(lang, "outlook", title=forecast.title or forecast.scenario), style="bold"),
        *(Text(each) for each in _letters(forecast, lang)),
        team_table(forecast, lang),
        by_hour(forecast, lang),
        *([sla_outlook(forecast, lang)] if forecast.slas else []),
        *(Text(each) for each in _short(forecast, lang)),
        *caution_lines(forecast.cautions, lang),
        Text(_cost(forecast, lang)),
    )


def team_table(forecast: Forecast, lang: str) -> Table:
    """One row a team: who is there, and how busy they will be."""
    table = Table()
    for key in ("team", "units", "staff by roster", "on duty", "load", "utilisation", "units short"):
        table.add_column(
            word(lang, key), justify="left" if key in ("team", "staff by roster") else "right", overflow="fold"
        )
    for team in forecast.teams.values():
        staff = [f"{people} {name(lang, roster)}" for roster, people in team.staff.items()]
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


def by_hour(forecast: Forecast, lang: str) -> InParts:
    """The work that comes, people on duty, and letters late, by hour of the day."""
    columns = [(name(lang, team.name), _load_cells(team)) for team in forecast.teams.values()]
    columns += [
        (word(lang, "late share", sla=name(lang, sla.name)), _late_cells(sla)) for sla in forecast.slas.values()
    ]
    return InParts(word(lang, "by hour"), ("", [f"{hour:02}" for hour in range(24)]), columns)


def sla_outlook(forecast: Forecast, lang: str) -> Table:
    """One row an SLA: what the doors allow, and what the queues leave of it."""
    table = Table()
    for key in ("sla", "limit", "target", "at best", "expected", "late most"):
        table.add_column(word(lang, key), justify="left" if key in ("sla", "late most") else "right")
    for sla in forecast.slas.values():
        table.add_row(
            Text(name(lang, sla.name)),
            limit(lang, sla.limit),
            percent(sla.target),
            _against(sla.at_best, sla.target),
            _against(sla.expected, sla.target) if sla.expected is not None else word(lang, "from a run"),
            Text(_late_most(sla, lang)),
        )
    return table


def _letters(forecast: Forecast, lang: str) -> Iterator[str]:
    yield word(
        lang,
        "letters outlook",
        a_day=number(forecast.letters_a_day),
        letters=f"{forecast.letters:,.0f}",
        days=f"{forecast.days:g}",
        counted=f"{forecast.counted:,.0f}",
        window=f"{forecast.window_days:g}",
        replications=forecast.replications,
        headcount=f"{forecast.headcount:,}",
    )
    for change in forecast.changes[:SHOWN_CHANGES]:
        yield f"  {change}"
    if len(forecast.changes) > SHOWN_CHANGES:
        yield word(lang, "more changes", more=len(forecast.changes) - SHOWN_CHANGES)


def _short(forecast: Forecast, lang: str) -> Iterator[str]:
    """Where staff are short, team by team."""
    short = False
    for team in forecast.teams.values():
        for start, end in team.short:
            hours = np.arange(start, end) % 24
            worst = hours[int((team.load[hours] - team.on_duty[hours]).argmax())]
            yield word(
                lang,
                "short",
                team=name(lang, team.name),
                hours=hours_of_day(lang, (start, end)),
                load=number(team.load[worst]),
                on_duty=number(team.on_duty[worst]),
                hour=f"{worst:02}:00",
            )
            short = True
        if team.units_short and not team.short:
            yield word(lang, "short units", team=name(lang, team.name), units=team.units_short, of=team.units)
            short = True
    if not short:
        yield word(lang, "not short")
    for sla in forecast.slas.values():
        if sla.at_best is not None and sla.target is not None and sla.at_best < sla.target:
            yield word(lang, "out of reach", sla=name(lang, sla.name), at_best=percent(sla.at_best))


def _late_most(sla: SlaForecast, lang: str) -> str:
    """The hour of receipt with the largest share of late letters, and where they wait."""
    late = np.nan_to_num(sla.late_by_hour)
    if not late.max() > 0:
        return "–"
    share = percent(round(float(late.max()), 3))
    at = word(lang, "worst hour", hour=f"{int(late.argmax()):02}:00", late=share)
    return f"{at} ({name(lang, sla.team)})" if sla.team else at


def _cost(forecast: Forecast, lang: str) -> str:
    cost = forecast.cost
    return word(
        lang,
        "cost",
        visits=f"{cost.visits:,.0f}",
        seconds=number(cost.seconds * forecast.replications),
        memory=f"{cost.bytes / 1e6:,.0f}",
        sampled=forecast.sampled,
        replications=forecast.replications,
    )


def _load_cells(team: TeamForecast) -> list[Text]:
    cells = []
    for load, people in zip(team.load.tolist(), team.on_duty.tolist(), strict=True):
        short = load > 0 and load >= people
        busy = load / people if people else 2.0 * short
        cells.append(Text(f"{'! ' if short else ''}{number(load)} / {number(people)}", style=_colour(busy)))
    return cells


def _late_cells(sla: SlaForecast) -> list[Text]:
    allowed = 1 - sla.target if sla.target is not None else 1.0
    return [
        Text("–" if np.isnan(late) else f"{100 * late:.0f}%", style="red" if late > allowed else "")
        for late in sla.late_by_hour.tolist()
    ]


def _against(share: float | None, target: float | None) -> Text:
    misses = share is not None and target is not None and share < target
    return Text(percent(share), style="red" if misses else "")


def _colour(utilisation: float) -> str:
    return "bold red" if utilisation >= 1 else "yellow" if utilisation > ALARM else ""

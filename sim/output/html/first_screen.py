"""What the first screen of a run's page shows besides its sentences: tiles of rates, and each SLA by district."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup

from sim.metrics.figures.slas import SlaFigures, UnitFigures
from sim.metrics.report import Report
from sim.models.scenario import Scenario
from sim.models.workflow import LoopStep
from sim.output.text.formats import count, limit, name, percent, point, unit_name
from sim.output.text.headline import headline_sla
from sim.output.words import say
from sim.statistics import Estimate, Verdict, verdict


def data_markup(text: str, figure: float | None, path: str) -> Markup:
    """A number as people read it, with the exact one and where it stands in summary.json beside it."""
    exact = "" if figure is None else repr(float(figure))
    return Markup('<data value="{}" data-path="{}">{}</data>').format(exact, path, text)


def verdict_class(found: Verdict | None) -> str:
    """Class of the colour of a verdict."""
    return "none" if found in (None, Verdict.NOT_JUDGED) else found.value


class Tile(NamedTuple):
    """A rate in large figures.

    Attributes:
        colour: class of its verdict.
    """

    label: str
    figure: Markup | str
    notes: Sequence[str]
    colour: str


def tiles(report: Report, scenario: Scenario, lang: str) -> Iterator[Tile]:
    """Each SLA, the closing rate, and the satisfaction rate where the scenario says one."""
    for sla in report.slas.values():
        share = sla.compliance
        path = f"sla.{sla.name}.compliance.mean"
        notes = [brackets(share), f"{limit(lang, sla.limit)} · {told_verdict(sla.target, sla.verdict, lang)}"]
        yield Tile(name(lang, sla.name), data_markup(point(share), share.mean, path), notes, verdict_class(sla.verdict))
    closed = report.letters.closed_share
    shown = data_markup(percent(closed.mean), closed.mean, "letters.closed_share.mean")
    yield Tile(
        say(lang, "overview.closing-rate"), shown, [brackets(closed), say(lang, "overview.closing-note")], "none"
    )
    for step in scenario.workflow:
        if isinstance(step, LoopStep) and step.not_satisfied is not None:
            satisfied = percent(1 - step.not_satisfied)
            yield Tile(
                say(lang, "overview.satisfaction"), satisfied, ["", say(lang, "overview.satisfaction-note")], "none"
            )


def brackets(estimate: Estimate) -> str:
    """`[97.9%, 98.5%]`; nothing where there is no interval."""
    return "" if estimate.low is None else f"[{percent(estimate.low)}, {percent(estimate.high)}]"


def told_verdict(target: float | None, found: Verdict | None, lang: str) -> str:
    """A target and the verdict on it."""
    if target is None:
        return say(lang, "glossary.verdict-no-target")
    return f"{say(lang, 'overview.target', target=percent(target))} · {say(lang, f'glossary.verdict-{found}')}"


class UnitRow(NamedTuple):
    """A unit in the district table.

    Attributes:
        within: name of the unit above, as people call it; nothing for units of the highest team shown.
        inner: whether other rows lie within it.
        cells: of each SLA letters, late ones, share in time and rank.
    """

    unit: str
    within: str
    team: str
    inner: bool
    cells: Sequence[Markup | str]


class UnitTable(NamedTuple):
    """Each SLA by unit, worst first.

    Attributes:
        teams: shown, the highest first: how the scenario names them, and how people do.
    """

    slas: Sequence[str]
    teams: Sequence[tuple[str, str]]
    rows: Sequence[UnitRow]


def unit_table(report: Report, lang: str) -> UnitTable | None:
    """The district table: units of the highest team that has several, and below each the units within it.

    None without letters.
    """
    first = headline_sla(report)
    if first is None:
        return None
    top = first.districts or first.by_unit[:1]
    slas = [first, *(sla for sla in report.slas.values() if sla is not first)]
    by_name = [{(unit.team, unit.name): unit for unit in sla.by_unit} for sla in slas]
    order = [unit.team for unit in first.by_unit]
    shown = list(dict.fromkeys(order[order.index(top[0].team) :]))
    rows: list[UnitRow] = []

    def add(units: Sequence[UnitFigures], depth: int) -> None:
        for unit in sorted(units, key=lambda each: (each.too_few, each.compliance.worst or 0.0)):
            below = [each for each in first.by_unit if each.within == unit.name and each.team in shown[depth + 1 :]]
            cells: list[Markup | str] = []
            for sla, units_of in zip(slas, by_name, strict=True):
                path = f"units.{sla.name}.{unit.name}" if depth == 0 and first.districts else None
                cells += _cells(units_of.get((unit.team, unit.name)), sla, path)
            above = unit_name(lang, unit.within) if depth and unit.within else ""
            rows.append(UnitRow(unit_name(lang, unit.name), above, unit.team, bool(below), cells))
            add(below, depth + 1)

    add(top, 0)
    return UnitTable([name(lang, sla.name) for sla in slas], [(team, name(lang, team)) for team in shown], rows)


def _cells(unit: UnitFigures | None, sla: SlaFigures, path: str | None) -> list[Markup | str]:
    if unit is None:
        return ["–"] * 4
    share = unit.compliance
    letters, late = count(unit.letters), count(unit.breaches)
    shown: Markup | str = point(share)
    if path is not None:
        letters = data_markup(letters, unit.letters.mean, f"{path}.letters")
        late = data_markup(late, unit.breaches.mean, f"{path}.late")
        shown = data_markup(point(share), share.mean, f"{path}.compliance.mean")
    colour = "few" if unit.too_few else verdict_class(verdict(share, sla.target))
    # The heading says that these are shares in percent.
    ends = Markup("<small>{}</small>").format(brackets(share).replace("%", ""))
    rank = "–" if unit.rank is None else "–".join(str(end) for end in dict.fromkeys(unit.rank))
    return [letters, late, Markup('<b class="{}">{}</b> {}').format(colour, shown, ends), rank]

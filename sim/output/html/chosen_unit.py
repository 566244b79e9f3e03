"""The chart of a unit that the reader of a run's page chooses: people on duty, busy and needed by hour of the week."""

from typing import NamedTuple

from markupsafe import Markup

from sim.core.json_text import to_json
from sim.metrics.report import Report
from sim.output.text.formats import staffed_name, weekday_names
from sim.output.text.headline import staffed_places
from sim.output.words import say


class ChosenUnit(NamedTuple):
    """What the page's script draws of.

    Attributes:
        units: place among all units and name of each that can be chosen, those first that the answer is about.
        words: weekdays and labels, as JSON.
        weeks: of each unit tenths of people on duty, busy and needed, each 168 numbers, as JSON; needed is 0 where it
            is the same as busy.
    """

    units: list[tuple[int, str]]
    words: str
    weeks: Markup


def chosen_unit(report: Report, lang: str) -> ChosenUnit | None:
    """The figures of all units with people, and their words; None without people."""
    staffed = [week for place in staffed_places(report) if (week := report.staffed[place]).on_duty.any()]
    if not staffed:
        return None
    labels = {key: say(lang, f"charts.staffing-{key}") for key in ("on-duty", "busy", "needed", "over", "under")}
    weeks = []
    for week in staffed:
        duty, busy, needed = (
            (10 * part).round().astype(int).tolist() for part in (week.on_duty, week.busy, week.needed)
        )
        weeks.append([duty, busy, 0 if needed == busy else needed])
    return ChosenUnit(
        [(index, staffed_name(lang, week)) for index, week in enumerate(staffed)],
        to_json({"days": weekday_names(lang), **labels}, indent=None),
        Markup(to_json(weeks, indent=None).replace(" ", "")),
    )

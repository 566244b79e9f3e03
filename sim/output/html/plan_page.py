"""The page of a plan: the answer in sentences, charts, and tables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sim.core.options import Options
from sim.output.html.page import Pictures, page, rendered, write_page
from sim.output.text.cautions import caution_sentences
from sim.output.text.plan import plan_sentences, plan_tables
from sim.output.words import labelled, say
from sim.planner.answer import Ending, PlanAnswer
from sim.statistics import Verdict

_VERDICTS: Final = {Ending.UNPROVEN: Verdict.UNCLEAR, Ending.IMPOSSIBLE: Verdict.MISSED}
"""What the page opens with; of other endings a plan that meets every target."""


def write_plan_page(
    folder: Path, answer: PlanAnswer, summary: Mapping[str, Any], *, manifest: Mapping[str, Any], options: Options
) -> None:
    """charts/ and report.html of a plan.

    Args:
        summary: the content of plan.json.
        options: of the command; its language is that in which the page opens, and of the charts as PNG.
    """
    pictures = rendered(folder, "plan", answer, options)
    write_page(folder, plan_page(answer, summary, manifest=manifest, pictures=pictures, lang=options.lang))


def plan_page(
    answer: PlanAnswer, summary: Mapping[str, Any], *, manifest: Mapping[str, Any], pictures: Pictures, lang: str
) -> str:
    """The page; arguments as of `write_plan_page`."""

    def said(each: str) -> dict[str, Any]:
        return {
            "title": say(each, "plan.title", title=labelled(each, answer.title or answer.scenario)),
            "sentences": list(plan_sentences(answer, each)),
            "cautions": caution_sentences(answer.cautions, each),
            "tables": plan_tables(answer, each),
            "has_roster": answer.people is not None,
        }

    return page(
        "plan.html.j2",
        said,
        lang,
        verdict=_VERDICTS.get(answer.ending, Verdict.MET),
        pictures=pictures,
        manifest=manifest,
        summary=summary,
    )

"""The page of a plan: the answer in sentences, charts, and tables."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.output.charts import ChartOptions
from sim.output.charts.render import Groups, Job, render
from sim.output.html.page import fill, page
from sim.output.html.words import LANGUAGES, say
from sim.output.text.cautions import caution_sentences
from sim.output.text.plan import sentences, tables
from sim.output.text.plan_words import say as plan_say
from sim.planner.answer import Answer, Ending
from sim.statistics import Verdict

VERDICTS = {Ending.UNPROVEN: Verdict.UNCLEAR, Ending.IMPOSSIBLE: Verdict.MISSED}
"""What the page opens with; of other endings a plan that meets every target."""


def write_plan_page(
    folder: Path, answer: Answer, summary: Mapping[str, Any], *, manifest: Mapping[str, Any], lang: str
) -> None:
    """charts/ and report.html of a plan.

    Args:
        summary: the content of plan.json.
        lang: language in which the page opens, and of the charts as PNG.
    """
    charts = folder / "charts"
    charts.mkdir()
    pictures = render(Job("plan", answer, charts, tuple(LANGUAGES), ChartOptions(lang)))
    text = plan_page(answer, summary, manifest=manifest, pictures=pictures, lang=lang)
    (folder / "report.html").write_text(text, "utf-8")


def plan_page(
    answer: Answer,
    summary: Mapping[str, Any],
    *,
    manifest: Mapping[str, Any],
    pictures: Mapping[str, Groups],
    lang: str,
) -> str:
    """The page; arguments as of `write_plan_page`, and the charts with their names by language."""
    bodies = {
        each: fill(
            "load.html.j2",
            lang=each,
            title=_title(answer, each),
            verdict=VERDICTS.get(answer.ending, Verdict.MET).value,
            sentences=list(sentences(answer, each)),
            cautions=caution_sentences(answer.cautions, each),
            groups=[(plan_say(each, f"group {chart}"), drawn) for chart, drawn in pictures[each]],
            tables=tables(answer, each),
            manifest=json.dumps(dict(manifest), indent=1, ensure_ascii=False),
        )
        for each in LANGUAGES
    }
    anchors = ("answer", "charts", "tables", "manifest")
    return page(_title(answer, lang), lang, bodies, lambda each: [(key, say(each, key)) for key in anchors], summary)


def _title(answer: Answer, lang: str) -> str:
    return plan_say(lang, "title", title=answer.title or answer.scenario)

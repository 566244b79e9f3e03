"""What a fit says in the terminal, on its page and on its charts, in both languages."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.core.json_text import jsonable, restored
from sim.core.options import Options
from sim.fit.fit_report import FitReport
from sim.fit.judgement import Misfit
from sim.output.charts.base import charts_of
from sim.output.charts.render import draw_picture
from sim.output.html.fit_page import fit_page
from sim.output.text.fit import fit_text, misfit_sentence
from sim.output.text.printing import as_text
from sim.output.words import find, languages


def test_the_answer_tells_the_worst_misfit_first_and_why_rows_are_missing(fit_report: FitReport) -> None:
    said = " ".join(as_text(fit_text(fit_report, "en")).split())
    assert "12 of the scenario's 15 marked figures are measured" in said
    assert "The simulated letters met the office's own shifts." in said
    assert re.search(r"The model reaches sign [\d.]+ (s|min) sooner( by day| at night)? than the office did", said)
    assert "they need the extra [fit]" in said
    assert "2-gram distance of activities" in said
    chinese = as_text(fit_text(fit_report, "zh"))
    assert "模型" in chinese
    assert "2-gram distance" not in chinese


@pytest.mark.parametrize("lang", languages())
def test_nothing_is_told_by_its_key(fit_report: FitReport, lang: str) -> None:
    told = as_text(fit_text(fit_report, lang)) + fit_page(fit_report, manifest={}, pictures={}, lang=lang)
    assert not re.search(r"\bfit\.[a-z]", told)
    assert "<b>letters" not in fit_page(fit_report, manifest={}, pictures={}, lang=lang)


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize(
    "kind", ["sooner", "later", "share", "sla", "arrivals", "letters", "open", "hours", "utilisation"]
)
def test_every_kind_of_misfit_has_its_sentence(fit_report: FitReport, kind: str, lang: str) -> None:
    figures = {"real": 0.5, "simulated": 0.25, "part": 2.0, "day": 1.0, "real_share": 0.5, "simulated_share": 0.4}
    assert fit_report.judgement is not None
    told = misfit_sentence(Misfit(kind, "sign", 0.1, figures), fit_report.judgement, lang)
    assert "fit." not in told
    assert re.search(r"\d", told)


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("chart", charts_of("fit"), ids=lambda chart: chart.name)
def test_every_chart_of_a_fit(fit_report: FitReport, chart: type, lang: str, tmp_path: Path) -> None:
    judgement = fit_report.judgement
    panels = list(chart.panels(judgement))
    assert panels
    for panel in panels:
        (picture,) = draw_picture(chart(judgement, panel, Options(lang=lang)), tmp_path, [lang])
        drawn = ET.fromstring(picture.svg)
        assert "nan" not in "".join(drawn.itertext())
        assert not re.search(r"\bcharts\.[a-z]", f"{picture.title} {picture.alt} {''.join(drawn.itertext())}")


def test_a_fit_that_was_not_judged_says_so(fit_report: FitReport) -> None:
    unjudged = replace(fit_report, judgement=None, not_judged="few", refitted=False)
    assert "nothing is held out" in as_text(fit_text(unjudged, "en"))
    assert "未经检验" in as_text(fit_text(unjudged, "zh"))


def test_a_fit_is_restored_from_its_figures(fit_report: FitReport) -> None:
    again = restored(FitReport, jsonable(fit_report))
    assert as_text(fit_text(again, "en")) == as_text(fit_text(fit_report, "en"))
    assert again.judgement is not None
    assert fit_report.judgement is not None
    assert np.array_equal(again.judgement.open_letters, fit_report.judgement.open_letters)


def test_every_note_of_a_finding_has_its_words() -> None:
    """Who adds a note to a finding adds a sentence to `fit.toml`."""
    sources = sorted((Path(__file__).parent.parent / "sim" / "fit").rglob("*.py"))
    notes = {note for path in sources for note in re.findall(r'note="(\w+)"', path.read_text("utf-8"))}
    kinds = {kind for path in sources for kind in re.findall(r'Note\("([\w-]+)"', path.read_text("utf-8"))}
    assert len(notes) > 3
    assert [note for note in sorted(notes) if find("en", f"fit.finding-{note}") is None] == []
    assert [kind for kind in sorted(kinds) if find("en", f"fit.note-{kind}") is None] == []

"""What a fit says in the terminal, on its page and on its charts, in both languages."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from judged import STEPS, recorded, scenario

from sim.core.json_text import jsonable, restored
from sim.core.options import Options
from sim.fit.as_of import hold_out_instant
from sim.fit.finding import Finding
from sim.fit.fit_report import FitReport
from sim.fit.judgement import FieldDistance, Misfit, range_of
from sim.fit.judging import judge
from sim.fit.log import KnownRoster
from sim.fit.looks import held_out
from sim.fit.on_base import Replaced
from sim.fit.reading.notes import Note
from sim.output.charts.base import charts_of
from sim.output.charts.render import draw_picture
from sim.output.html.fit_page import fit_page
from sim.output.text.fit import fit_text, misfit_sentence
from sim.output.text.printing import plain
from sim.output.words import find, languages
from sim.scenario.setting import setting_of


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> FitReport:
    """A fit of a desk that signs more slowly than its scenario says."""
    file = scenario(tmp_path_factory.mktemp("fit"))
    log, roster = recorded(file, "workflow.sign.effort.mean=9 min")
    names = setting_of(file.with_changes().scenario).places.names
    known = KnownRoster(roster.unit, roster.start, roster.end, roster.people, names)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.fit.judging.measures_there", lambda: False)
        judgement = judge(file, STEPS, held_out(log, hold_out_instant(log, 0.25)), roster=known, replications=4)
    distances = (
        FieldDistance("2-gram", "", range_of([0.1, 0.12]), 0.05),
        FieldDistance("cycle-times", "h", range_of([3]), 1.5),
    )
    return FitReport(
        log="<b>letters</b>.csv", kind="events", letters=log.cases, events=log.events, begins="2024-01-01T00:01:00",
        ends="2024-02-25T23:00:00", columns={"case": "编号"},
        notes=(Note("zone-dropped", {"offsets": "+08:00"}), Note("transitions", {"n": 2, "names": "odd"})),
        findings=(
            Finding("workflow.sign.effort", 540.0, (530.0, 551.0), 3000, "s", 0.011, "lognormal", {"gamma": 12.0}),
            Finding("workflow.again.chance", 0.1, (0.09, 0.11), 3000, "share", note="borrowed"),
        ),
        replaced=(Replaced("workflow.sign.effort", "1.5 min", "9.01 min", 3000),),
        marks={"M": 12, "A": 3}, judgement=replace(judgement, distances=distances), not_judged="", refitted=True,
        measures=False,
    )  # fmt: skip


def test_the_answer_tells_the_worst_misfit_first_and_why_rows_are_missing(fitted: FitReport) -> None:
    said = " ".join(plain(fit_text(fitted, "en")).split())
    assert "12 of the scenario's 15 marked figures are measured" in said
    assert "The simulated letters met the office's own shifts." in said
    assert re.search(r"The model reaches sign [\d.]+ (s|min) sooner( by day| at night)? than the office did", said)
    assert "they need the extra [fit]" in said
    assert "2-gram distance of activities" in said
    chinese = plain(fit_text(fitted, "zh"))
    assert "模型" in chinese
    assert "2-gram distance" not in chinese


@pytest.mark.parametrize("lang", languages())
def test_nothing_is_told_by_its_key(fitted: FitReport, lang: str) -> None:
    told = plain(fit_text(fitted, lang)) + fit_page(fitted, manifest={}, pictures={}, lang=lang)
    assert not re.search(r"\bfit\.[a-z]", told)
    assert "<b>letters" not in fit_page(fitted, manifest={}, pictures={}, lang=lang)


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize(
    "kind", ["sooner", "later", "share", "sla", "arrivals", "letters", "open", "hours", "utilisation"]
)
def test_every_kind_of_misfit_has_its_sentence(fitted: FitReport, kind: str, lang: str) -> None:
    figures = {"real": 0.5, "simulated": 0.25, "part": 2.0, "day": 1.0, "real_share": 0.5, "simulated_share": 0.4}
    assert fitted.judgement is not None
    told = misfit_sentence(Misfit(kind, "sign", 0.1, figures), fitted.judgement, lang)
    assert "fit." not in told
    assert re.search(r"\d", told)


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("chart", charts_of("fit"), ids=lambda chart: chart.name)
def test_every_chart_of_a_fit(fitted: FitReport, chart: type, lang: str, tmp_path: Path) -> None:
    judgement = fitted.judgement
    panels = list(chart.panels(judgement))
    assert panels
    for panel in panels:
        picture = draw_picture(chart(judgement, panel, Options(lang=lang)), tmp_path)
        drawn = ET.fromstring(picture.svg)
        assert "nan" not in "".join(drawn.itertext())
        assert not re.search(r"\bcharts\.[a-z]", f"{picture.title} {picture.alt} {''.join(drawn.itertext())}")


def test_a_fit_that_was_not_judged_says_so(fitted: FitReport) -> None:
    unjudged = replace(fitted, judgement=None, not_judged="few", refitted=False)
    assert "nothing is held out" in plain(fit_text(unjudged, "en"))
    assert "未经检验" in plain(fit_text(unjudged, "zh"))


def test_a_fit_is_restored_from_its_figures(fitted: FitReport) -> None:
    again = restored(FitReport, jsonable(fitted))
    assert plain(fit_text(again, "en")) == plain(fit_text(fitted, "en"))
    assert again.judgement is not None
    assert fitted.judgement is not None
    assert np.array_equal(again.judgement.open_letters, fitted.judgement.open_letters)


def test_every_note_of_a_finding_has_its_words() -> None:
    """Who adds a note to a finding adds a sentence to `fit.toml`."""
    sources = sorted((Path(__file__).parent.parent / "sim" / "fit").rglob("*.py"))
    notes = {note for path in sources for note in re.findall(r'note="(\w+)"', path.read_text("utf-8"))}
    kinds = {kind for path in sources for kind in re.findall(r'Note\("([\w-]+)"', path.read_text("utf-8"))}
    assert len(notes) > 3
    assert [note for note in sorted(notes) if find("en", f"fit.finding-{note}") is None] == []
    assert [kind for kind in sorted(kinds) if find("en", f"fit.note-{kind}") is None] == []

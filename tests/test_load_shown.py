"""What stress runs, targets and replays show: sentences, charts, pages and folders, and their commands."""

import asyncio
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiohttp import web
from click.testing import CliRunner, Result
from runs import ROOT
from shown import MAILBOX, replayed_ways
from test_charts import drawings, outside, the_contract

import cli
from sim.capacity import Back, Bottleneck, Capacity, CapacityBound, CapacityStatus, Effect, Relief, StressReport
from sim.commands.options import ASKED_WRONGLY, BREACHED, COULD_NOT, INTERRUPTED
from sim.operations.answers import Answers, Sent, Unanswered
from sim.operations.destination import ReplayOptions
from sim.operations.replay_report import ReplayReport, report_on
from sim.operations.targets import Targets
from sim.output.charts.base import Chart, charts_of
from sim.output.html.load_pages import _stress_tiles, replay_page, stress_page, targets_page
from sim.output.text.printing import as_text
from sim.output.text.replay import replay_heading, replay_text
from sim.output.text.stress import stress_sentences, stress_text
from sim.output.text.targets import targets_text
from sim.output.words import languages
from sim.statistics import Estimate

LANGUAGES = ("zh", "en")
STRESS_CHARTS, TARGETS_CHARTS, REPLAY_CHARTS = charts_of("stress"), charts_of("targets"), charts_of("replay")


def test_a_stress_run_in_words(stress_report: StressReport) -> None:
    text = " ".join(as_text(stress_text(stress_report, "en")).split())
    assert "How much load does it carry? A <b>mailbox</b>" in text
    assert "First to fail is signed." in text
    assert "From 288 letters a day on the backlog grows without bound: the work fills all hours of city." in text
    assert "Next to fill is station-" in text
    assert "letters a day are 7" in text
    assert "A spike of 6 times the letters for 2 h from 2024-01-02 10:00" in text
    assert "14 days at 200 letters a day" in text
    assert "承载能力" in as_text(stress_text(stress_report, "zh"))


def test_stress_says_of_no_backlog_that_it_grows_where_letters_may_leave(stress_report: StressReport) -> None:
    assert stress_report.stability is not None
    stability = replace(stress_report.stability, some_leave=True)
    for bound in CapacityBound:
        leaving = replace(stress_report, stability=stability, capacity=replace(stress_report.capacity, bound=bound))
        text = " ".join(stress_sentences(leaving, "en"))
        assert "if nobody left out of patience" in text
        assert "grows without bound" not in text
        assert "无限增长" not in " ".join(stress_sentences(leaving, "zh"))


NONE = Estimate(None, None, None)


FOUND = Capacity(
    CapacityStatus.YES, 138.2, 158.04, 169.9, CapacityBound.SLA, "signed", NONE, ("signed",), (), 30, 900, 20
)


@pytest.mark.parametrize(
    ("capacity", "sentence"),
    [
        (
            FOUND,
            (
                "It carries about 158 letters a day, 95% interval [138, 170]: up to 138 every target is met, and above "
                "170 one is missed."
            ),
        ),
        (
            replace(
                FOUND, per_day=279.4, estimate=279.4, high=288.0, bound=CapacityBound.STABILITY, sla=None, at_risk=()
            ),
            (
                "It carries 279 letters a day: up to there every target is met, and from 288 on the backlog grows "
                "without bound. What bounds it is no SLA but the hours of city."
            ),
        ),
        (
            replace(FOUND, per_day=270.0, estimate=279.4, high=288.0, bound=CapacityBound.UNDECIDED, sla=None),
            (
                "It carries between 270 and 288 letters a day: up to 270 every target is met, and from 288 on the "
                "backlog grows without bound. Whether a target is missed before that is undecided."
            ),
        ),
        (
            replace(FOUND, per_day=None, estimate=1158.0, high=1269.9),
            (
                "At no rate is every target shown to be met with 95% confidence. Compliance falls to its target at "
                "about 1,160 letters a day, and above 1,270 a target is surely missed or the backlog grows."
            ),
        ),
        (
            Capacity(CapacityStatus.BEYOND, None, None, None, None, "signed", NONE, (), (), 30, 900, 20),
            "Every target is met at all rates tried, up to 900 letters a day.",
        ),
        (
            Capacity(
                *(CapacityStatus.NOT_EVEN_A_FEW, None, None, None, None),
                *("signed", Estimate(0.5, 0.4, 0.6), (), (), 3.125, 200, 20),
            ),
            ("It has no capacity: even at 3.12 letters a day signed is met for 50% [40%, 60%] only."),
        ),
        (
            Capacity(CapacityStatus.NO_TARGET, None, None, None, None, None, None, (), (), 200, 200, 20),
            "No SLA has a target, so there is no capacity.",
        ),
    ],
)
def test_every_kind_of_capacity_in_words(stress_report: StressReport, capacity: Capacity, sentence: str) -> None:
    assert (
        next(stress_sentences(replace(stress_report, capacity=capacity, bottlenecks=(), relieved=None), "en"))
        == sentence
    )
    assert next(stress_sentences(replace(stress_report, capacity=capacity, bottlenecks=(), relieved=None), "zh"))


def test_a_level_that_is_assumed_is_marked_where_it_is_written_and_where_it_is_said(found: Targets) -> None:
    for operation in found.summary()["operations"].values():
        assert operation["service_level"] == {"latency_ms": {"p99": 1_000}, "errors": 0.01, "assumed": True}
    text = " ".join(as_text(targets_text(found, "A mailbox", "en")).split())
    assert "Service level assumed for each call: 99% answered within 1,000 ms, and at most 1% of the calls" in text
    assert "假定的服务水平：99% 在 1,000 毫秒内应答" in as_text(targets_text(found, "A mailbox", "zh"))


@pytest.mark.parametrize(
    ("capacity", "verdict"),
    [
        (FOUND, "missed"),
        (replace(FOUND, per_day=None, high=1_300), "unclear"),
        (replace(FOUND, per_day=1_250, high=1_300), "met"),
        (Capacity(CapacityStatus.BEYOND, *[None] * 4, "signed", NONE, (), (), 30, 1_800, 20), "met"),
        (Capacity(CapacityStatus.NOT_EVEN_A_FEW, *[None] * 4, "signed", NONE, (), (), 30, 1_800, 20), "missed"),
        (Capacity(CapacityStatus.NOT_EVEN_A_FEW, *[None] * 4, "signed", NONE, (), (), 1_300, 80_000, 20), "unclear"),
        (Capacity(CapacityStatus.NO_TARGET, *[None] * 6, (), (), 1_800, 1_800, 20), "unclear"),
    ],
)
def test_the_tile_of_the_capacity_says_whether_it_carries_what_comes(
    stress_report: StressReport, capacity: Capacity, verdict: str
) -> None:
    tile = next(_stress_tiles(replace(stress_report, per_day=1_200, capacity=capacity), "en"))
    assert tile.colour == verdict


def test_which_sla_fails_first_is_said_as_surely_as_it_is_known(stress_report: StressReport) -> None:
    def said(capacity: Capacity) -> str:
        return " ".join(
            stress_sentences(replace(stress_report, capacity=capacity, bottlenecks=(), relieved=None), "en")
        )

    assert "First to fail is signed." in said(FOUND)
    tied = replace(FOUND, sla=None, at_risk=("signed", "closed"))
    assert "Which fails first is not sure: signed and closed." in said(tied)
    bounded = said(replace(FOUND, bound=CapacityBound.STABILITY, sla=None, at_risk=()))
    assert "fails first" not in bounded
    assert "First to fail" not in bounded


@pytest.mark.parametrize(
    ("effect", "team", "rivals", "part"),
    [
        (Effect.HELPS, "city", (), "The bottleneck for signed is city: with 1 more person there it rises"),
        (Effect.HELPS, "city", ("station",), "in station they may help as much"),
        (Effect.HARDLY, None, (), "no team is the bottleneck: with 1 more person in any one of them it hardly"),
        (Effect.UNDECIDED, None, (), "The bottleneck for signed is undecided: 40 replications do not show"),
    ],
)
def test_a_bottleneck_in_words(
    stress_report: StressReport, effect: Effect, team: str | None, rivals: tuple[str, ...], part: str
) -> None:
    reliefs = tuple(Relief(each, 1, Estimate(0.02, -0.01, 0.05), effect, 40) for each in ("city", "station"))
    found = Bottleneck("signed", team, rivals, effect, reliefs)
    assert part in " ".join(stress_sentences(replace(stress_report, bottlenecks=(found,), relieved=None), "en"))
    assert all(stress_sentences(replace(stress_report, bottlenecks=(found,), relieved=None), "zh"))


def test_the_only_team_is_compared_with_no_other(stress_report: StressReport) -> None:
    others = ("in any other team by less", "放在其他单位都没有这么有效")
    for teams, said in ((("city",), False), (("city", "station"), True)):
        reliefs = tuple(Relief(each, 1, Estimate(0.02, 0.01, 0.03), Effect.HELPS, 40) for each in teams)
        found = replace(stress_report, bottlenecks=(Bottleneck("signed", "city", (), Effect.HELPS, reliefs),))
        for lang, part in zip(("en", "zh"), others, strict=True):
            assert (part in " ".join(stress_sentences(found, lang))) is said


@pytest.mark.parametrize(
    ("back", "phrase"),
    [
        (Back(Estimate(0.0, 0.0, 0.0), 0, above_limit=False), "as without the spike as soon as it ends"),
        (Back(Estimate(17.2, 12.0, 22.4), 0, above_limit=False), "17 h after its end, 95% interval [12, 22]"),
        (Back(Estimate(17.2, 12.0, 22.4), 1, above_limit=False), "in 2 of 3 replications, on average 17 h after its"),
        (Back(NONE, 3, above_limit=False), "not as without the spike within 6.5 days"),
        (
            Back(NONE, 3, above_limit=True),
            "not as without the spike within 6.5 days, since the rate is above the limit",
        ),
    ],
)
def test_a_recovery_in_words(stress_report: StressReport, back: Back, phrase: str) -> None:
    spiked = replace(stress_report.spike, queue_back=back)
    (said,) = (
        each for each in stress_sentences(replace(stress_report, spike=spiked), "en") if each.startswith("The queue:")
    )
    assert phrase in said
    assert all(stress_sentences(replace(stress_report, spike=spiked), "zh"))


def test_targets_in_words(found: Targets) -> None:
    text = as_text(targets_text(found, "A mailbox", "en"))
    assert "What must the real system sustain? A mailbox" in text
    assert "receive" in text
    assert "sign.finish" in text
    assert "signed: each of the 3 calls on a letter's way may take up to" in text
    assert "before the limit of 3 h is at risk." in text.replace("\n", " ")
    assert "sign开始" in as_text(targets_text(found, "A mailbox", "zh"))


def test_a_replay_in_words(replay_report: ReplayReport) -> None:
    text = as_text(replay_text(replay_report, "en"))
    assert "500 letters of letters.csv to http://127.0.0.1:8080/letters, 60 times as fast" in text
    assert "Failed: the system does not meet what is asked of it." in text
    assert "Accepted 448, failed 2, not sent 50, in 10.0 s; the busiest second had 50." in text
    assert "Not accepted: 50 not sent and 2 answered 503." in text
    assert "5 were sent again on a new connection" in text
    assert "未被接收：50 件未发出和2 件应答 503。" in as_text(replay_text(replay_report, "zh"))


@pytest.mark.parametrize(("speed", "told"), [(0.25, "0.25"), (1.5, "1.5"), (60, "60"), (2e6, "2,000,000")])
def test_a_speed_is_told_in_full(replay_report: ReplayReport, speed: float, told: str) -> None:
    assert f" {told} times as fast" in replay_heading(replace(replay_report, speed=speed), "en")


# Charts and pages


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("chart", STRESS_CHARTS, ids=lambda chart: chart.name)
def test_every_chart_of_a_stress_run(
    chart: type[Chart[StressReport]], stress_report: StressReport, lang: str, tmp_path: Path
) -> None:
    assert list(chart.panels(stress_report))
    the_contract(chart, stress_report, lang, tmp_path)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("chart", TARGETS_CHARTS, ids=lambda chart: chart.name)
def test_every_chart_of_targets(chart: type[Chart[Targets]], found: Targets, lang: str, tmp_path: Path) -> None:
    assert list(chart.panels(found))
    the_contract(chart, found, lang, tmp_path)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("chart", REPLAY_CHARTS, ids=lambda chart: chart.name)
def test_every_chart_of_a_replay(
    chart: type[Chart[ReplayReport]], replay_report: ReplayReport, lang: str, tmp_path: Path
) -> None:
    the_contract(chart, replay_report, lang, tmp_path)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_label_is_cut_off(
    stress_report: StressReport, found: Targets, replay_report: ReplayReport, lang: str
) -> None:
    subjects: list[tuple[Any, Any]] = [
        (STRESS_CHARTS, stress_report),
        (TARGETS_CHARTS, found),
        (REPLAY_CHARTS, replay_report),
    ]
    for charts, subject in subjects:
        for chart in charts:
            for each in drawings(chart, subject, lang):
                assert outside(each.figure().figure) == []


def test_a_replay_without_any_answer_still_draws() -> None:
    outcome = np.array([Unanswered.NO_CONNECTION], np.int16)
    nothing = np.zeros(1)
    nobody = Answers(
        nothing,
        nothing,
        np.ones(1),
        outcome,
        np.zeros(1, np.bool_),
        nothing,
        np.zeros(1, np.int16),
        np.zeros(1, np.int64),
    )
    report = report_on(Sent(nobody), ReplayOptions("http://127.0.0.1/"), "letters.csv", {})
    for each in (report, replayed_ways()):
        for chart in REPLAY_CHARTS:
            for lang in LANGUAGES:
                assert all(picture.figure() for picture in drawings(chart, each, lang))
    assert all(drawings(chart, replayed_ways(), "en") for chart in REPLAY_CHARTS)


def test_pages_tell_what_the_summaries_tell(
    stress_report: StressReport, found: Targets, replay_report: ReplayReport
) -> None:
    # The course of the spike is drawn, and stands in spike.csv.
    stressed = stress_report.summary()
    for key in ("hours", "waiting", "waiting_without"):
        assert stressed["spike"].pop(key)
    for sla in stressed["spike"]["slas"].values():
        sla["by_hour"] = []
    pages: list[tuple[str, dict[str, Any]]] = [
        (stress_page(stress_report, manifest={}, pictures={}, lang="en"), stressed),
        (targets_page(found, title="A mailbox", manifest={}, pictures={}, lang="zh"), found.summary()),
        (replay_page(replay_report, manifest={}, pictures={}, lang="en"), replay_report.summary()),
    ]
    for text, summary in pages:
        told = text.partition('id="summary">')[2].partition("</script>")[0]
        assert json.loads(told) == json.loads(json.dumps(summary))
        assert "<b>mailbox" not in text
        assert "http://www.w3.org" in text or "<svg" not in text


# Commands


def ask(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.cli, [str(argument) for argument in arguments])


@pytest.fixture
def here(mailbox_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The scenario in a folder of its own, which is the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mailbox.yaml").write_text(MAILBOX, "utf-8")
    return tmp_path


def test_the_stress_command(here: Path) -> None:
    answer = ask("stress", "mailbox.yaml", "--no-report")
    assert answer.exit_code == 0, answer.output
    assert answer.stderr == ""
    (folder,) = (here / "results" / "mailbox").iterdir()
    assert folder.name.startswith("stress-")
    assert sorted(path.name for path in folder.iterdir()) == [
        *(f"answer.{lang}.txt" for lang in sorted(languages())),
        "figures.json",
        "limits.csv",
        "manifest.json",
        "ramp.csv",
        "reliefs.csv",
        "scenario.yaml",
        "soak.csv",
        "spike.csv",
        "stress.json",
    ]
    again = ask("stress", "mailbox.yaml", "--no-report", "--json")
    assert json.loads(again.stdout) == json.loads((folder / "stress.json").read_text("utf-8"))
    other = ask("stress", "mailbox.yaml", "--no-report", "--replications", "2", "--json")
    assert json.loads(other.stdout)["replications"] == 2
    assert len(list((here / "results" / "mailbox").iterdir())) == 2


def test_stress_refuses_a_trace(here: Path) -> None:
    (here / "letters.csv").write_text("received\n2024-01-02 10:00\n", "utf-8")
    (here / "mailbox.yaml").write_text(MAILBOX.replace("{per_day: 200}", "{trace: letters.csv}"), "utf-8")
    answer = ask("stress", "mailbox.yaml")
    assert answer.exit_code == ASKED_WRONGLY
    assert answer.stderr.startswith("a stress run raises the rate of letters, and a trace has none")
    assert not (here / "results" / "mailbox").exists() or not list((here / "results" / "mailbox").iterdir())


def test_the_targets_command_with_its_export(here: Path) -> None:
    answer = ask("targets", "mailbox.yaml", "--export", "load")
    assert answer.exit_code == 0, answer.output
    assert "Letters of one replication:" in answer.stdout
    (folder,) = (here / "results" / "mailbox").iterdir()
    written = json.loads((folder / "targets.json").read_text("utf-8"))
    assert written == json.loads((here / "load" / "targets.json").read_text("utf-8"))
    assert (folder / "report.html").is_file()
    assert len((here / "load" / "letters.csv").read_text("utf-8").splitlines()) > 1_000
    (here / "mine").mkdir()
    (here / "mine" / "diary.txt").write_text("dear", "utf-8")
    refused = ask("targets", "mailbox.yaml", "--no-report", "--export", "mine")
    assert refused.exit_code == COULD_NOT
    assert (here / "mine" / "diary.txt").read_text("utf-8") == "dear"


class Mailbox:
    """A server in a thread of its own that counts letters; it can keep them waiting."""

    def __init__(self, status: int = 200) -> None:
        self.sequences: list[int] = []
        self.headers: list[Mapping[str, str]] = []
        self.first = threading.Event()
        self.status, self.silent = status, False
        self._ready, self._loop = threading.Event(), asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()))
        self._thread.start()
        self._ready.wait()

    async def _serve(self) -> None:
        server = web.Application()
        server.router.add_post("/letters", self._take)
        runner = web.AppRunner(server, access_log=None, shutdown_timeout=0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/letters"
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        self.sequences.append((await request.json())["sequence"])
        self.headers.append(request.headers)
        self.first.set()
        if self.silent:
            await self._stop.wait()
        return web.Response(status=self.status)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()


@pytest.fixture
def mailbox() -> Iterator[Callable[..., Mailbox]]:
    opened: list[Mailbox] = []

    def serve(**how: Any) -> Mailbox:
        opened.append(Mailbox(**how))
        return opened[-1]

    yield serve
    for each in opened:
        each.close()


def test_export_then_replay_keeps_count_and_order(here: Path, mailbox: Callable[..., Mailbox]) -> None:
    assert ask("targets", "mailbox.yaml", "--no-report", "--export", "load").exit_code == 0
    server = mailbox()
    trace = here / "load" / "letters.csv"
    answer = ask("replay", trace, "--to", server.url, "--speed", "2e6", "--connections", "1", "--timeout", "5 min")
    assert answer.exit_code == 0, answer.output
    letters = len(trace.read_text("utf-8").splitlines()) - 1
    assert f"All {letters:,} letters were accepted." in answer.stdout
    assert server.sequences == list(range(1, letters + 1))
    (folder,) = (here / "results" / "letters").iterdir()
    assert {"replay.json", "latency.hgrm", "charts", "report.html"} <= {path.name for path in folder.iterdir()}


def test_a_replay_of_the_busiest_hour_that_fails(here: Path, mailbox: Callable[..., Mailbox]) -> None:
    (here / "letters.csv").write_text("received\n2024-01-01 08:00\n2024-01-01 10:00\n2024-01-01 10:59\n", "utf-8")
    (here / "asked.json").write_text(
        json.dumps({"operations": {"receive": {
            **{f"per_{period}": {"max": 1} for period in ("second", "minute", "hour")}, "headroom_s": None,
        }}}),
        "utf-8",
    )  # fmt: skip
    server = mailbox(status=503)
    options = ("--busiest", "1 h", "--speed", "36000", "--no-report", "--out", "out", "--targets", "asked.json")
    answer = ask("replay", "letters.csv", "--to", server.url, *options, "--fail-on-breach", "--json")
    assert answer.exit_code == BREACHED
    summary = json.loads(answer.stdout)
    assert (summary["letters"], summary["failed"], summary["verdict"]) == (2, 2, "missed")
    assert len(server.sequences) == 2


def test_a_gate_without_targets_does_not_pass_a_dead_server(here: Path, mailbox: Callable[..., Mailbox]) -> None:
    (here / "letters.csv").write_text("received\n" + "2024-01-01 08:00\n" * 10, "utf-8")
    options = ("--no-report", "--fail-on-breach", "--force", "--out", "out")
    assert ask("replay", "letters.csv", "--to", mailbox().url, *options).exit_code == 0
    assert ask("replay", "letters.csv", "--to", mailbox(status=500).url, *options).exit_code == BREACHED
    nobody = ask("replay", "letters.csv", "--to", "http://127.0.0.1:9/letters", *options, "--errors", "100%")
    assert nobody.exit_code == BREACHED


def test_a_replay_to_a_dead_port_stops_and_says_so(here: Path) -> None:
    minutes = "".join(f"2024-01-01 08:{minute:02}\n" for minute in range(60))
    (here / "letters.csv").write_text(f"received\n{minutes}", "utf-8")
    options = ("--speed", "6e3", "--no-report", "--out", "out", "--abort-after", "3")
    answer = ask("replay", "letters.csv", "--to", "http://user:SECRET@127.0.0.1:9/letters?key=SECRET", *options)
    assert answer.exit_code == COULD_NOT
    told = "3 letters in a row found no connection to http://127.0.0.1:9/letters?key=*** (--abort-after)."
    assert told in answer.stderr
    summary = json.loads((here / "out" / "replay.json").read_text("utf-8"))
    assert summary["aborted"]
    assert summary["unsent"] > 40
    assert (here / "out" / "failed.hgrm").is_file()
    again = ask("replay", "letters.csv", "--to", "http://127.0.0.1:9/letters", *options, "--fail-on-breach", "--force")
    assert again.exit_code == BREACHED


def test_secrets_go_to_the_system_and_nowhere_else(
    here: Path, mailbox: Callable[..., Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "letters.csv").write_text("received\n2024-01-01 08:00\n", "utf-8")
    (here / "headers.txt").write_text("X-Key: HIDDEN-1\n", "utf-8")
    server = mailbox()
    credentials = {"url": "http://user:HIDDEN-2@", "token": "HIDDEN-3"}
    address = server.url.removeprefix("http://")
    for folder, url, token in (
        ("basic", f"{credentials['url']}{address}?token=HIDDEN-4#HIDDEN-5", ""),
        ("bearer", f"http://{address}?HIDDEN-6", credentials["token"]),
    ):
        monkeypatch.setenv("LETTERSIM_TOKEN", token)
        answer = ask("replay", "letters.csv", "--to", url, "--header-file", "headers.txt", "--out", folder)
        assert answer.exit_code == 0, answer.output
        for path in (here / folder).rglob("*"):
            assert path.is_dir() or b"HIDDEN" not in path.read_bytes(), path
        assert "HIDDEN" not in answer.output + answer.stderr
        assert "HIDDEN" not in ask("replay", "letters.csv", "--to", url, "--speed", "0").stderr
    assert [headers["X-Key"] for headers in server.headers] == ["HIDDEN-1"] * 2
    basic, bearer = (headers["Authorization"] for headers in server.headers)
    assert basic == "Basic dXNlcjpISURERU4tMg=="
    assert bearer == "Bearer HIDDEN-3"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--p99", "10 s", "--errors", "0.1%"), 0),
        (("--p50", "0.001ms"), BREACHED),
        (("--p999", "10 s", "--p90", "0 ms"), BREACHED),
    ],
)
def test_a_service_level_on_the_command_line(
    here: Path, mailbox: Callable[..., Mailbox], arguments: tuple[str, ...], code: int
) -> None:
    (here / "letters.csv").write_text("received\n2024-01-01 08:00\n", "utf-8")
    options = ("--no-report", "--fail-on-breach", *arguments)
    assert ask("replay", "letters.csv", "--to", mailbox().url, *options).exit_code == code


def test_a_bad_row_late_in_a_trace_is_found_before_anything_is_sent(
    here: Path, mailbox: Callable[..., Mailbox]
) -> None:
    row = '{"received": "2024-01-01T08:00:00", "size": %s}\n'
    (here / "letters.jsonl").write_text(row % "1" * 2_000 + row % "Infinity", "utf-8")
    server = mailbox()
    answer = ask("replay", "letters.jsonl", "--to", server.url)
    assert answer.exit_code == ASKED_WRONGLY
    assert "line 2001 must not hold NaN or Infinity" in answer.stderr
    assert server.sequences == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("letters.csv", "--to", "http://mailbox.example/"), "mailbox.example is not this machine."),
        (("letters.csv", "--to", "http://127.0.0.1/", "--speed", "0"), "speed must be above 0, got 0"),
        (("nothing.csv", "--to", "http://127.0.0.1/"), "nothing.csv has 1 problem"),
        (("letters.csv", "--to", "http://127.0.0.1/", "--timeout", "soon"), "must be a number with a unit"),
        (("letters.csv", "--to", "http://127.0.0.1/", "--busiest", "3"), "must be a number with a unit"),
        (("letters.csv", "--to", "http://127.0.0.1/", "--busiest", "0 s"), "busiest must be above 0, got 0"),
        (("letters.csv", "--to", "http://127.0.0.1/", "--p99", "soon"), "must be a number with a unit"),
        (("letters.csv", "--to", "http://127.0.0.1/", "--p99", "-3 ms"), "must be 0 or more"),
        (("letters.csv", "--to", "http://127.0.0.1/", "--errors", "some"), "must be a share such as 0.1%"),
        (("letters.csv", "--to", "http://127.0.0.1/", "--errors", "200%"), "must be a share such as 0.1%"),
        (("letters.csv", "--to", "http://127.0.0.1/", "--header-file", "no.txt"), "cannot be read"),
    ],
)
def test_a_replay_that_is_asked_wrongly(here: Path, arguments: tuple[str, ...], message: str) -> None:
    (here / "letters.csv").write_text("received\n2024-01-01 08:00\n", "utf-8")
    answer = ask("replay", *arguments)
    assert answer.exit_code == ASKED_WRONGLY
    assert message in " ".join(answer.stderr.replace("│", " ").split())
    assert not (here / "results").exists()


def test_a_replay_without_its_network_client_says_what_to_install(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    monkeypatch.delitem(sys.modules, "sim.operations.replay")
    answer = ask("replay", "letters.csv", "--to", "http://127.0.0.1/")
    assert answer.exit_code == COULD_NOT
    assert answer.stderr.startswith("a replay needs aiohttp, which is not installed; in this program's folder: make")


def test_a_replay_without_its_histograms_sends_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hdrh", None)
    monkeypatch.setitem(sys.modules, "hdrh.histogram", None)
    answer = ask("replay", "letters.csv", "--to", "http://127.0.0.1:9/")
    assert (answer.exit_code, answer.stdout) == (COULD_NOT, "")
    assert "a replay needs hdrh" in answer.stderr


def test_ctrl_c_ends_a_replay_with_its_report(here: Path, mailbox: Callable[..., Mailbox]) -> None:
    (here / "letters.csv").write_text("received\n2024-01-01 08:00\n2024-01-01 09:00\n", "utf-8")
    server = mailbox()
    server.silent = True
    command = [sys.executable, str(ROOT / "cli.py"), "replay", "letters.csv", "--to", server.url, "--no-report"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    server.first.wait()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (INTERRUPTED, "")
    assert "Accepted 0, failed 1, not sent 1" in out
    assert "Not accepted: 1 stopped before the answer and 1 not sent." in out
    (folder,) = (here / "results" / "letters").iterdir()
    assert json.loads((folder / "replay.json").read_text("utf-8"))["stopped"] is True

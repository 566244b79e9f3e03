"""A replay in the terminal: what became of the letters, how long answers took, and whether the targets are met."""

from collections.abc import Iterator

from rich.console import Group
from rich.text import Text

from sim.operations.answers import Milliseconds
from sim.operations.replay_report import Check, ReplayReport
from sim.output.text.formats import listed
from sim.output.text.printing import VERDICT_STYLES, CaptionedTable, captioned
from sim.output.text.targets import error_share, level_values
from sim.output.words import say
from sim.statistics import Verdict


def replay_text(report: ReplayReport, lang: str) -> Group:
    """What a replay says, to be printed."""
    said = [Text(sentence) for sentence in replay_sentences(report, lang)]
    judged = Text(replay_verdict(report, lang), style=VERDICT_STYLES[report.verdict])
    return Group(
        Text(replay_heading(report, lang), style="bold"), judged, *said, captioned(latency_table(report, lang))
    )


def replay_heading(report: ReplayReport, lang: str) -> str:
    """What was sent where."""
    key = "replay.replayed-as-it-was" if report.speed == 1 else "replay.replayed"
    letters, speed = f"{report.letters:,}", f"{report.speed:g}"
    return say(lang, key, letters=letters, speed=speed, trace=report.trace, url=report.url)


def replay_verdict(report: ReplayReport, lang: str) -> str:
    """Passed, failed or undecided."""
    return say(lang, f"replay.verdict-{report.verdict}")


def replay_sentences(report: ReplayReport, lang: str) -> Iterator[str]:
    """What became of the letters, and each comparison with the targets."""
    counts = {"accepted": report.accepted, "failed": report.failed, "unsent": report.unsent}
    told = {key: f"{count:,}" for key, count in counts.items()}
    seconds, busiest = f"{report.seconds:.1f}", f"{report.busiest['second']:,}"
    yield say(lang, "replay.tally", **told, seconds=seconds, second=busiest)
    if report.losses:
        losses = [f"{count:,} {_named(what, lang)}" for what, count in report.losses.items()]
        yield say(lang, "replay.lost", losses=listed(lang, losses))
    if report.resent:
        yield say(lang, "replay.resent", resent=f"{report.resent:,}")
    if report.aborted:
        yield say(lang, "replay.aborted", shown=f"{report.abort_after:,}", url=report.url)
    yield say(
        lang,
        "replay.level-assumed" if report.service_level.assumed else "replay.level",
        **level_values(report.service_level, lang),
    )
    for check in report.checks:
        yield _check(check, lang)


def latency_table(report: ReplayReport, lang: str) -> CaptionedTable:
    """Caption, headings and rows of latency and overhead."""
    headings = [
        "",
        say(lang, "glossary.stat-mean"),
        "p50",
        "p90",
        "p95",
        "p99",
        "p99.9",
        say(lang, "glossary.stat-max"),
    ]
    took = {
        "replay.latency": report.latency,
        "replay.failed-latency": report.failed_latency,
        "replay.overhead": report.overhead,
    }
    rows = [[say(lang, key), *_figures(each)] for key, each in took.items()]
    return say(lang, "replay.milliseconds"), headings, rows


def _figures(took: Milliseconds) -> list[str]:
    figures = (took.mean, took.p50, took.p90, took.p95, took.p99, took.p999, took.max)
    return ["–" if each is None else f"{each:,.1f}" for each in figures]


def _named(what: str, lang: str) -> str:
    return say(lang, "replay.status", status=what) if what.isdigit() else say(lang, f"replay.loss-{what}")


def _check(check: Check, lang: str) -> str:
    values = dict(check.values)
    key = f"replay.check-{check.name}-{check.verdict}"
    if check.name == "errors":
        key = "replay.check-all-accepted" if check.verdict is Verdict.MET and not values["lost"] else key
        values |= {name: error_share(float(values[name])) for name in ("share", "most")}
    if check.name == "latency" and "ms" not in values:
        key = "replay.check-latency-nothing"
    if "period" in values:
        values["period"] = say(lang, f"replay.period-{values['period']}")
    return say(lang, key, **values)

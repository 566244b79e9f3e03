"""A replay in the terminal: what became of the letters, how long answers took, and whether the targets are kept."""

from collections.abc import Iterator

from rich.console import Group
from rich.table import Table
from rich.text import Text

from sim.operations.answers import Milliseconds
from sim.operations.replay_report import Check, ReplayReport
from sim.output.text.answer import COLOURS
from sim.output.text.load_words import say
from sim.output.text.service_level import few, level
from sim.output.text.words import listed
from sim.statistics import Verdict

ENDINGS = {Verdict.MET: "passed", Verdict.MISSED: "failed", Verdict.UNCLEAR: "open"}


def replayed(report: ReplayReport, lang: str) -> Group:
    """What a replay says, to be printed."""
    caption, headings, rows = latency_table(report, lang)
    table = Table(title=caption, title_justify="left", title_style="")
    for position, each in enumerate(headings):
        table.add_column(each, justify="right" if position else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    said = [Text(sentence) for sentence in sentences(report, lang)]
    judged = Text(ending(report, lang), style=COLOURS[report.verdict])
    return Group(Text(heading(report, lang), style="bold"), judged, *said, table)


def heading(report: ReplayReport, lang: str) -> str:
    """What was sent where."""
    key = "replayed as it was" if report.speed == 1 else "replayed"
    letters, speed = f"{report.letters:,}", f"{report.speed:g}"
    return say(lang, key, letters=letters, speed=speed, trace=report.trace, url=report.url)


def ending(report: ReplayReport, lang: str) -> str:
    """Passed, failed or undecided."""
    return say(lang, ENDINGS[report.verdict])


def sentences(report: ReplayReport, lang: str) -> Iterator[str]:
    """What became of the letters, and each comparison with the targets."""
    counts = {"accepted": report.accepted, "failed": report.failed, "unsent": report.unsent}
    told = {key: f"{count:,}" for key, count in counts.items()}
    seconds, busiest = f"{report.seconds:.1f}", f"{report.busiest['second']:,}"
    yield say(lang, "tally", **told, seconds=seconds, second=busiest)
    if report.losses:
        losses = [f"{count:,} {_named(what, lang)}" for what, count in report.losses.items()]
        yield say(lang, "lost", losses=listed(lang, losses))
    if report.resent:
        yield say(lang, "resent", resent=f"{report.resent:,}")
    if report.aborted:
        yield say(lang, "aborted", shown=f"{report.abort_after:,}", url=report.url)
    yield say(lang, "level assumed" if report.service_level.assumed else "level", **level(report.service_level, lang))
    for check in report.checks:
        yield _check(check, lang)


def latency_table(report: ReplayReport, lang: str) -> tuple[str, list[str], list[list[str]]]:
    """Caption, headings and rows of latency and overhead."""
    headings = ["", say(lang, "mean"), "p50", "p90", "p95", "p99", "p99.9", say(lang, "max")]
    rows = [[say(lang, key), *_figures(getattr(report, key))] for key in ("latency", "failed_latency", "overhead")]
    return say(lang, "milliseconds"), headings, rows


def _figures(took: Milliseconds) -> list[str]:
    figures = (took.mean, took.p50, took.p90, took.p95, took.p99, took.p999, took.max)
    return ["–" if each is None else f"{each:,.1f}" for each in figures]


def _named(what: str, lang: str) -> str:
    return say(lang, "status", status=what) if what.isdigit() else say(lang, what)


def _check(check: Check, lang: str) -> str:
    values = dict(check.values)
    key = f"{check.name} {check.verdict.value}"
    if check.name == "errors":
        key = "all accepted" if check.verdict is Verdict.MET and not values["lost"] else key
        values |= {name: few(float(values[name])) for name in ("share", "most")}
    if check.name == "latency" and "ms" not in values:
        key = "latency nothing"
    if "period" in values:
        values["period"] = say(lang, str(values["period"]))
    return say(lang, key, **values)

"""A replay in the terminal: what became of the letters, how long answers took, and whether the targets are met."""

from collections.abc import Iterator, Mapping

from rich.console import Group
from rich.text import Text

from sim.operations.answers import Milliseconds
from sim.operations.replay_checks import Check
from sim.operations.replay_report import ReplayReport
from sim.operations.service_level import ServiceLevel
from sim.output.text.formats import listed, number
from sim.output.text.printing import VERDICT_STYLES, CaptionedTable, captioned
from sim.output.text.targets import error_share, level_values, operation_name
from sim.output.words import say
from sim.statistics import Verdict


def replay_text(report: ReplayReport, lang: str) -> Group:
    """What a replay says, to be printed."""
    said = [Text(sentence) for sentence in replay_sentences(report, lang)]
    judged = Text(replay_verdict(report, lang), style=VERDICT_STYLES[report.verdict])
    tables = map(captioned, replay_tables(report, lang))
    return Group(Text(replay_heading(report, lang), style="bold"), judged, *said, *tables)


def replay_heading(report: ReplayReport, lang: str) -> str:
    """What was sent where."""
    keys = ("replay.replayed", "replay.replayed-as-it-was")
    if report.has_several_operations:
        keys = ("replay.replayed-calls", "replay.replayed-calls-as-it-was")
    return say(
        lang,
        keys[report.speed == 1],
        calls=f"{report.calls:,}",
        letters=f"{report.letters:,}",
        speed=f"{report.speed:,.0f}" if report.speed >= 1_000 else f"{report.speed:g}",
        trace=report.trace,
        url=report.url,
    )


def replay_verdict(report: ReplayReport, lang: str) -> str:
    """Passed, failed or undecided."""
    return say(lang, f"replay.verdict-{report.verdict}")


def replay_sentences(report: ReplayReport, lang: str) -> Iterator[str]:
    """What became of the calls, and each comparison with the targets.

    Where there are several operations, those that meet all that is asked of them are named in one sentence.
    """
    several = report.has_several_operations
    nouns = call_nouns(lang, several=several)
    counts = {"accepted": report.accepted, "failed": report.failed, "unsent": report.unsent}
    told = {key: f"{count:,}" for key, count in counts.items()}
    seconds, busiest = f"{report.seconds:.1f}", f"{report.busiest['second']:,}"
    yield say(lang, "replay.tally", **told, **nouns, seconds=seconds, second=busiest)
    if report.not_counted:
        n = report.not_counted
        values = {"calls": f"{n:,}", "seconds": f"{report.counted_from:g}"}
        yield say(lang, "replay.not-counted", n=n, **values, **call_nouns(lang, several=several, n=n))
    for outage in report.outages:
        values = {"start": f"{outage.start:.1f}", "end": f"{outage.end:.1f}", "due": f"{outage.due:,}"}
        yield say(lang, f"replay.outage-{outage.kind}", **values, **nouns, lost=f"{outage.lost:,}")
    if report.received_before:
        yield say(lang, "replay.received-before", n=report.received_before, letters=f"{report.received_before:,}")
    if report.left_out:
        yield say(lang, "replay.left-out", operations=listed(lang, _counted(report.left_out, lang)))
    if report.losses:
        losses = [
            say(lang, "replay.loss", count=f"{count:,}", what=loss_name(what, lang), **nouns)
            for what, count in report.losses.items()
        ]
        yield say(lang, "replay.lost", losses=listed(lang, losses))
    if report.resent:
        yield say(lang, "replay.resent", n=report.resent, resent=f"{report.resent:,}", **nouns)
    if report.aborted:
        yield aborted_text(report, lang)
    if not several:
        yield _level(report.service_level, lang, nouns)
        for check in report.checks:
            yield _check(check, lang, several=several)
        return
    for check in report.checks:
        if not check.operation:
            yield _check(check, lang, several=several)
        elif check.verdict is not Verdict.MET:
            said = _check(check, lang, several=several)
            yield say(lang, "replay.of-operation", operation=operation_name(check.operation, lang), sentence=said)
    met = [operation_name(name, lang) for name, each in report.operations.items() if each.verdict is Verdict.MET]
    if met:
        yield say(lang, "replay.operations-met", operations=listed(lang, met))
    assumed = [each.service_level for each in report.operations.values() if each.service_level.assumed]
    if assumed:
        yield _level(assumed[0], lang, nouns)


def aborted_text(report: ReplayReport, lang: str) -> str:
    """Why nothing more was sent."""
    nouns = call_nouns(lang, several=report.has_several_operations)
    return say(lang, "replay.aborted", shown=f"{report.abort_after:,}", url=report.url, **nouns)


def call_nouns(lang: str, *, several: bool, n: object = None) -> dict[str, str]:
    """What the sent things are called: letters, or calls where a letter makes several.

    Args:
        n: how many are told of; several if not said.
    """
    kind = "calls" if several else "letters"
    return {"noun": say(lang, f"replay.noun-{kind}", n=n), "measure": say(lang, f"replay.measure-{kind}")}


def operation_latency_table(report: ReplayReport, lang: str) -> CaptionedTable:
    """Caption, headings and rows of the answers by operation."""
    keys = ("operation", "calls", "accepted", "waited")
    figures = ("p50", "p90", "p95", "p99", "p99.9", say(lang, "glossary.stat-max"))
    headings = [
        *(say(lang, f"replay.{key}") for key in keys),
        *figures,
        say(lang, "replay.level-p"),
        say(lang, "replay.verdict"),
    ]
    rows = [
        [
            operation_name(name, lang),
            f"{each.calls:,}",
            f"{each.accepted:,}",
            f"{each.waited:,}",
            *_figures(each.latency)[1:],
            listed(lang, (f"{key} {number(most)}" for key, most in each.service_level.latency_ms.items())),
            say(lang, f"glossary.verdict-{each.verdict}"),
        ]
        for name, each in report.operations.items()
    ]
    return say(lang, "replay.operation-table"), headings, rows


def replay_tables(report: ReplayReport, lang: str) -> list[CaptionedTable]:
    """All tables of a replay."""
    by_operation = [operation_latency_table(report, lang)] if report.has_several_operations else []
    return [latency_table(report, lang), *by_operation]


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


def loss_name(what: str, lang: str) -> str:
    """What became of a call that was not accepted."""
    return say(lang, "replay.status", status=what) if what.isdigit() else say(lang, f"replay.loss-{what}")


def _counted(operations: Mapping[str, int], lang: str) -> Iterator[str]:
    for name, count in operations.items():
        yield say(lang, "replay.operation-count", operation=operation_name(name, lang), count=f"{count:,}")


def _level(level: ServiceLevel, lang: str, nouns: Mapping[str, str]) -> str:
    return say(lang, "replay.level-assumed" if level.assumed else "replay.level", **level_values(level, lang), **nouns)


def _check(check: Check, lang: str, *, several: bool) -> str:
    values = dict(check.values)
    n = values.get("asked")
    key = f"replay.check-{check.name}-{check.verdict}"
    if check.name == "errors" and check.verdict is Verdict.MET and not values["lost"]:
        key, n = "replay.check-all-accepted", values["letters"]
    if check.name in ("errors", "ids"):
        values |= {name: error_share(float(values[name])) for name in ("share", "most")}
    if check.name == "latency" and "ms" not in values:
        key = "replay.check-latency-nothing"
    if "period" in values:
        values["period"] = say(lang, f"replay.period-{values['period']}")
    return say(lang, key, n=n, **values, **call_nouns(lang, several=several, n=n))

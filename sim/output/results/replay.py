"""A replay and its folder: the trace is read and sent, compared with the targets, and what happened is written."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np

from sim.core.errors import Problem, ScenarioError, SimError
from sim.core.options import DEFAULT, Options
from sim.core.tables import Floats
from sim.models.operation_names import RECEIVE
from sim.models.requests import Requests
from sim.operations.answers import Sent, outcome_name, require_histograms, write_percentiles
from sim.operations.calls import read_call_trace
from sim.operations.destination import ReplayOptions
from sim.operations.pacing import speed_for, with_reads
from sim.operations.replay_report import ReplayReport, report_on
from sim.operations.requests import default_requests, sendable
from sim.operations.service_level import Demand, read_demands, read_rates
from sim.output.folders.parquet import Columns, Named, Rows
from sim.output.results.result import Result, Work, result_of
from sim.output.text.replay import replay_text


def planned(url: str, **how: Any) -> ReplayOptions:
    """Where to send a trace, and how; keywords as the attributes of a `ReplayOptions`.

    Raises: SimError without the network client; ScenarioError as `ReplayOptions.check`.
    """
    try:
        import sim.operations.replay  # noqa: F401

        require_histograms()
    except ModuleNotFoundError as missing:
        raise SimError(
            f"a replay needs {missing.name}, which is not installed; in this program's folder: make .venv/.all, "
            "or pip install '.[replay]'"
        ) from None
    plan = ReplayOptions(url, **how)
    plan.check()
    return plan


def replay(
    trace: Path,
    plan: ReplayOptions,
    options: Options = DEFAULT,
    *,
    requests: Requests | None = None,
    busiest: float | None = None,
    rate: float | None = None,
    reads: Literal["mean", "peak", "none"] | None = None,
    targets: Path | None = None,
    latency_ms: Mapping[str, float] | None = None,
    errors: float | None = None,
    progress: Callable[[int], object] | None = None,
) -> Result[ReplayReport]:
    """Send a trace to a real system, and write the folder of it.

    Args:
        options: as of a run; its folder is by default `results/<trace's stem>/replay-<time>`.
        requests: how the calls are made; as the examples' letter API asks for, if not said.
        busiest: seconds; only the stretch of the trace with most calls is sent.
        rate: calls a second on average, reads not counted, instead of the speed of the plan.
        reads: at what rate reads of the targets come between the calls: on average, or as in the busiest hour. If not
            said, on average between calls of whole ways, and none between mere receipts.
        targets: a targets.json; the one beside the trace, if there is one and none is named.
        latency_ms, errors: the service level, instead of the one of the targets.
        progress: told now and then how many calls are begun.

    Raises: ScenarioError for a bad trace, or targets that cannot be read; SimError if the folder is something else or
        the disk is full.
    """
    from sim.operations.senders import replay as send

    if busiest is not None and busiest <= 0:
        raise ScenarioError(f"the replay to {plan.shown}", [Problem(f"busiest must be above 0, got {busiest:g}")])
    how = requests or default_requests()
    began = datetime.now().astimezone()
    sent: list[Sent] = []

    def compute(*_: object) -> ReplayReport:
        beside = trace.with_name("targets.json")
        calls = read_call_trace(trace)
        calls, left_out = sendable(calls if busiest is None else calls.busiest(busiest), how)
        paced = plan if rate is None else replace(plan, speed=speed_for(calls, rate))
        file = targets if targets is not None else beside if beside.exists() else None
        which = reads or ("none" if calls.operations == (RECEIVE,) else "mean")
        if which != "none" and file is not None:
            kinds = {kind: each for kind, each in read_rates(file, which).items() if how.of(f"read.{kind}") is not None}
            calls = with_reads(calls, kinds)
        elif reads in ("mean", "peak"):
            raise ScenarioError(
                f"the replay to {plan.shown}", [Problem("reads need a targets.json, which says their rates")]
            )
        demands = {} if file is None else read_demands(file, calls.operations)
        asked = {name: demands.get(name, Demand()).asking(latency_ms or {}, errors) for name in calls.operations}
        sent.append(send(calls, paced, how, progress=progress))
        return report_on(sent[0], paced, trace.name, asked, left_out)

    def write(report: ReplayReport, folder: Path) -> None:
        answers = sent[0].answers.of(sent[0].counted)
        write_percentiles(answers.latency[answers.accepted], folder / "latency.hgrm")
        if report.failed:
            write_percentiles(answers.latency[answers.failed], folder / "failed.hgrm")
        rows = Rows(folder / "calls.parquet")
        rows.add(call_columns(sent[0]))
        rows.write()

    return result_of(
        Work(
            # What a real system did at one time is never what it did at another.
            identity={"replay": str(trace), "began": began.isoformat()},
            home=Path(trace.stem, f"replay-{began:%Y%m%d-%H%M%S-%f}"),
            file="replay.json",
            report=ReplayReport,
            told={},
            compute=compute,
            summary=lambda report: report.summary(),
            verdicts=lambda report: {"replay": report.verdict},
            answer=replay_text,
            write=write,
            draw=_draw,
        ),
        options,
    )


def call_columns(sent: Sent) -> Columns:
    """The columns of calls.parquet: one row a call, by the time at which it was due."""
    answers = sent.answers
    outcomes = np.unique(answers.outcome)
    names = tuple(outcome_name(code) for code in outcomes.tolist())
    return {
        "operation": Named(sent.operations, answers.operation),
        "letter": answers.letter + 1,
        "due_s": answers.due,
        "counted": sent.counted,
        "outcome": Named(names, np.searchsorted(outcomes, answers.outcome)),
        "accepted": answers.accepted,
        "latency_ms": _known(1_000 * answers.latency),
        "late_ms": _known(1_000 * answers.late),
        "id_wait_ms": 1_000 * answers.waited,
        "resent": answers.resent,
    }


def _known(values: Floats) -> Floats:
    """Values of which those that nobody knows are gaps."""
    masked: Floats = np.ma.masked_invalid(values)
    return masked


def _draw(report: ReplayReport, folder: Path, manifest: Mapping[str, Any], options: Options) -> None:
    from sim.output.html.load_pages import replay_page  # heavy
    from sim.output.html.page import write_drawn

    write_drawn(folder, "replay", report, replay_page, options, manifest=manifest)

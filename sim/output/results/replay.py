"""A replay and its folder: the trace is read and sent, compared with the targets, and what happened is written."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.core.errors import Problem, ScenarioError, SimError
from sim.core.options import DEFAULT, Options
from sim.models.requests import Requests
from sim.operations.answers import Sent, require_histograms, write_percentiles
from sim.operations.calls import read_call_trace
from sim.operations.destination import ReplayOptions
from sim.operations.replay_report import ReplayReport, report_on
from sim.operations.requests import default_requests, sendable
from sim.operations.service_level import Demand, read_demands
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
        targets: a targets.json; the one beside the trace, if there is one and none is named.
        latency_ms, errors: the service level, instead of the one of the targets.
        progress: told now and then how many calls are begun.

    Raises: ScenarioError for a bad trace; SimError for targets that cannot be read, or if the folder is something
        else or the disk is full.
    """
    from sim.operations.replay import replay as send

    if busiest is not None and busiest <= 0:
        raise ScenarioError(f"the replay to {plan.shown}", [Problem(f"busiest must be above 0, got {busiest:g}")])
    how = requests or default_requests()
    began = datetime.now().astimezone()
    sent: list[Sent] = []

    def compute(*_: object) -> ReplayReport:
        beside = trace.with_name("targets.json")
        calls = read_call_trace(trace)
        calls, left_out = sendable(calls if busiest is None else calls.busiest(busiest), how)
        told = targets is not None or beside.exists()
        demands = read_demands(targets or beside, calls.operations) if told else {}
        asked = {name: demands.get(name, Demand()).asking(latency_ms or {}, errors) for name in calls.operations}
        sent.append(send(calls, plan, how, progress=progress))
        return report_on(sent[0], plan, trace.name, asked, left_out)

    def write(report: ReplayReport, folder: Path) -> None:
        answers = sent[0].answers
        write_percentiles(answers.latency[answers.accepted], folder / "latency.hgrm")
        if report.failed:
            write_percentiles(answers.latency[answers.failed], folder / "failed.hgrm")

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


def _draw(report: ReplayReport, folder: Path, manifest: Mapping[str, Any], options: Options) -> None:
    from sim.output.html.load_pages import write_replay  # heavy

    write_replay(folder, report, manifest=manifest, options=options)

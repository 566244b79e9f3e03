"""A replay and its folder: the trace is read and sent, compared with the targets, and what happened is written."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sim.core.errors import Problem, ScenarioError, SimError
from sim.core.options import DEFAULT, Options
from sim.operations.answers import require_histograms, write_percentiles
from sim.operations.destination import ReplayOptions
from sim.operations.replay_report import ReplayReport, report_on
from sim.operations.service_level import Demand, read_demand
from sim.operations.trace_files import busiest_stretch, read_trace
from sim.output.folders.result_folder import RESULTS, ResultFolder
from sim.output.results.kept import Kept, Made, keep
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


def replay_into(
    trace: Path,
    plan: ReplayOptions,
    options: Options = DEFAULT,
    *,
    busiest: float | None = None,
    targets: Path | None = None,
    latency_ms: Mapping[str, float] | None = None,
    errors: float | None = None,
    progress: Callable[[int], object] | None = None,
) -> Kept:
    """Send a trace to a real system, and write the folder of it.

    Args:
        options: as of a run; its folder is by default `results/<trace's stem>/replay-<time>`.
        busiest: seconds; only the stretch of the trace with most letters is sent.
        targets: a targets.json; the one beside the trace, if there is one and none is named.
        latency_ms, errors: the service level, instead of the one of the targets.
        progress: told now and then how many letters are begun.

    Raises: ScenarioError for a bad trace; SimError for targets that cannot be read, or if the folder is something
        else or the disk is full.
    """
    from sim.operations.replay import replay

    if busiest is not None and busiest <= 0:
        raise ScenarioError(f"the replay to {plan.shown}", [Problem(f"busiest must be above 0, got {busiest:g}")])
    began = datetime.now().astimezone()
    target = options.out if options.out is not None else RESULTS / trace.stem / f"replay-{began:%Y%m%d-%H%M%S-%f}"
    # What a real system did at one time is never what it did at another.
    place = ResultFolder(target, {"replay": str(trace), "began": began.isoformat()}, options.lang)
    place.find(shown=options.report, force=options.force)
    beside = trace.with_name("targets.json")
    demand = read_demand(targets or beside) if targets is not None or beside.exists() else Demand()
    demand = demand.asking(latency_ms or {}, errors)
    letters = read_trace(trace)
    if busiest is not None:
        letters = busiest_stretch(letters, busiest)

    def make() -> Made[ReplayReport]:
        sent = replay(letters, plan, progress=progress)
        report = report_on(sent, plan, trace.name, demand)

        def write(folder: Path) -> None:
            answers = sent.answers
            write_percentiles(answers.latency[answers.accepted], folder / "latency.hgrm")
            if report.failed:
                write_percentiles(answers.latency[answers.failed], folder / "failed.hgrm")

        def show(folder: Path, manifest: Mapping[str, Any], lang: str) -> None:
            from sim.output.html.load_pages import write_replay

            write_replay(folder, report, manifest=manifest, lang=lang)

        return Made(
            report,
            report.summary(),
            {"replay": report.verdict},
            {},
            partial(replay_text, report),
            write,
            show,
        )

    kept, _ = keep(place, "replay.json", make, options)
    return kept

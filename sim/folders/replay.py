"""A replay and its folder: the trace is read and sent, compared with the targets, and what happened is written."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sim.errors import Problem, ScenarioError, SimError
from sim.folders.kept import Kept, Made, keep
from sim.folders.result_folder import RESULTS, ResultFolder
from sim.latency import write_percentiles
from sim.replay_report import ReplayReport, held_against, read_targets, report_on
from sim.text.replay import replayed
from sim.trace_files import read_trace


def replay_into(
    trace: Path,
    url: str,
    *,
    speed: float = 1.0,
    busiest: float | None = None,
    targets: Path | None = None,
    connections: int = 256,
    timeout: float = 30.0,
    hosts: tuple[str, ...] = (),
    out: Path | None = None,
    force: bool = False,
    lang: str = "en",
    shown: bool = True,
    progress: Callable[[int], object] | None = None,
) -> Kept:
    """Send a trace to a real system, and write the folder of it.

    Args:
        busiest: seconds; only the stretch of the trace with most letters is sent.
        targets: a targets.json; the one beside the trace, if there is one and none is named.
        out: the folder; by default `results/<trace's stem>/replay-<time>`.
        progress: told now and then how many letters are begun.

    Raises: ScenarioError for a bad trace or a URL that must not be loaded; SimError without the network client, for
        targets that cannot be read, or if `out` is something else or the disk is full.
    """
    try:
        from sim.replay import Plan, replay
        from sim.replay import busiest as busiest_of
    except ModuleNotFoundError as missing:
        raise SimError(
            f"a replay needs {missing.name}, which is not installed: pip install 'lettersim[replay]'"
        ) from None
    plan = Plan(url, speed, connections, timeout, hosts)
    plan.check()
    if busiest is not None and busiest <= 0:
        raise ScenarioError(f"the replay to {url}", [Problem(f"busiest must be above 0, got {busiest:g}")])
    began = datetime.now().astimezone()
    target = out if out is not None else RESULTS / trace.stem / f"replay-{began:%Y%m%d-%H%M%S-%f}"
    # What a real system did at one time is never what it did at another.
    place = ResultFolder(target, {"replay": str(trace), "began": began.isoformat()}, lang)
    place.find(shown=shown, force=force)
    beside = trace.with_name("targets.json")
    receive = read_targets(targets or beside) if targets is not None or beside.exists() else None
    letters = read_trace(trace)
    if busiest is not None:
        letters = busiest_of(letters, busiest)

    def make() -> Made[ReplayReport]:
        answers, stopped = replay(letters, plan, progress=progress)
        report = report_on(answers, plan, trace.name, stopped=stopped)
        if receive is not None:
            report = held_against(report, receive)

        def show(folder: Path, manifest: Mapping[str, Any], lang: str) -> None:
            from sim.html.load_pages import write_replay_page

            write_replay_page(folder, report, manifest=manifest, lang=lang)

        return Made(
            report,
            report.summary(),
            {} if report.verdict is None else {"replay": report.verdict},
            {},
            partial(replayed, report),
            lambda folder: write_percentiles(answers.latency[answers.accepted], folder / "latency.hgrm"),
            show,
        )

    kept, _ = keep(place, "replay.json", make, force=force, shown=shown, lang=lang)
    return kept

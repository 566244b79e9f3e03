"""A replay and its folder: the trace is read and sent, compared with the targets, and what happened is written."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sim.errors import Problem, ScenarioError, SimError
from sim.folders.kept import write_answers, write_json
from sim.folders.load import Written
from sim.folders.whole import whole_or_not_at_all
from sim.latency import write_percentiles
from sim.replay_report import held_against, read_targets, report_on
from sim.results import RESULTS, manifest_of, refuse_to_replace, versions
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
) -> Written:
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
    target = out if out is not None else RESULTS / trace.stem / f"replay-{began:%Y%m%d-%H%M%S}"
    if manifest_of(target) is None:
        refuse_to_replace(target, force)
    beside = trace.with_name("targets.json")
    receive = read_targets(targets or beside) if targets is not None or beside.exists() else None
    letters = read_trace(trace)
    if busiest is not None:
        letters = busiest_of(letters, busiest)
    answers, stopped = replay(letters, plan, progress=progress)
    report = report_on(answers, plan, trace.name, stopped=stopped)
    if receive is not None:
        report = held_against(report, receive)
    manifest = {
        "program": "lettersim",
        "replay": str(trace),
        "started": began.isoformat(timespec="seconds"),
        "versions": versions(),
    }
    summary = report.summary()
    with whole_or_not_at_all(target) as folder:
        write_json(folder / "replay.json", summary)
        write_answers(folder, lambda each: replayed(report, each))
        write_percentiles(answers.latency[answers.accepted], folder / "latency.hgrm")
        if shown:
            from sim.html.load_pages import write_replay_page

            write_replay_page(folder, report, manifest=manifest, lang=lang)
        write_json(folder / "manifest.json", manifest)
    return Written(target, summary, reused=False)

"""A cluster of two workers on this machine: the same bytes as without it, whatever dies."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from local_cluster import LocalCluster

from sim.core.errors import SimError
from sim.experiment import cluster

pytest.importorskip("distributed", reason="an extra")

ROOT = Path(__file__).parent.parent

DESK = """
schema: 1
name: A desk with a clerk and a half
start: 2024-01-01
warm_up: 1 d
window: 7 d
replications: 24
seed: 3
arrivals: {per_day: 120}
teams: {desk: {staff: {always: 2}}}
workflow: [answer: {by: desk, effort: {exponential: 18 min}}]
sla: {answered: {until: answer.finished, within: 1 h, target: 80%}}
"""


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    made = LocalCluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.close()


def lettersim(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), *words],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def halves(number: int, folder: Path) -> float:
    """A task that takes a moment, and leaves a trace of who carried it out."""
    (folder / f"{number}.{os.getpid()}").touch()
    time.sleep(0.2)
    return number / 2


def fails(number: int) -> float:
    return 1 / (number - 3)


def test_a_run_on_a_cluster_writes_the_same_bytes(local: LocalCluster, tmp_path: Path) -> None:
    (tmp_path / "desk.yaml").write_text(DESK)
    words = ["run", "desk.yaml", "--no-report", "--out"]
    alone = lettersim(tmp_path, *words, "alone")
    together = lettersim(tmp_path, *words, "together", LETTERSIM_CLUSTER=local.address)
    assert (alone.returncode, together.returncode) == (0, 0), together.stderr
    for name in ("summary.json", "letters.parquet", "hours.parquet"):
        assert (tmp_path / "alone" / name).read_bytes() == (tmp_path / "together" / name).read_bytes(), name


def test_results_come_in_order_although_a_worker_is_killed(local: LocalCluster, tmp_path: Path) -> None:
    found = []
    for each in cluster.map_on_cluster(partial(halves, folder=tmp_path), range(40), local.address):
        found.append(each)
        if len(found) == 6:
            os.kill(local.workers[0].pid, signal.SIGKILL)
            local.workers[0].wait()
    local.workers[0] = local.worker()
    assert found == [number / 2 for number in range(40)]
    by_whom = {path.suffix for path in tmp_path.iterdir()}
    assert str(local.workers[1].pid) in {each[1:] for each in by_whom}


def test_an_error_of_a_task_reaches_the_caller(local: LocalCluster) -> None:
    with pytest.raises(ZeroDivisionError):
        list(cluster.map_on_cluster(fails, range(8), local.address))


def kills(number: int) -> float:
    """A task that is the death of whoever carries it out, but not of who asks for it."""
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_a_task_that_kills_its_workers_is_named(tmp_path: Path) -> None:
    few = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with (
        closing(LocalCluster(tmp_path, **few)) as mortal,
        pytest.raises(SimError, match=r"replication .*2: its workers"),
    ):
        list(cluster.map_on_cluster(kills, range(3), mortal.address))


def test_a_worker_of_another_program_refuses_by_name(local: LocalCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    key = cluster.program_key()
    other = {**key, "versions": {**key["versions"], "numpy": "1.0"}}
    monkeypatch.setattr(cluster, "program_key", lambda: other)
    with pytest.raises(SimError, match=r"has numpy \S+ where this machine has 1\.0"):
        list(cluster.map_on_cluster(abs, range(4), local.address))
    monkeypatch.setattr(cluster, "program_key", lambda: {**key, "source": "x"})
    with pytest.raises(SimError, match="another source of lettersim"):
        list(cluster.map_on_cluster(abs, range(4), local.address))


def test_a_cluster_without_workers_ends_in_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 2.0)
    with closing(LocalCluster(tmp_path)) as lonely:
        found = cluster.map_on_cluster(partial(halves, folder=tmp_path), range(40), lonely.address)
        assert next(found) == 0
        for worker in lonely.workers:
            worker.kill()
        with pytest.raises(SimError, match="no workers for 2 s"):
            list(found)


def test_a_scheduler_that_dies_ends_in_an_error(tmp_path: Path) -> None:
    with closing(LocalCluster(tmp_path)) as doomed:
        found = cluster.map_on_cluster(partial(halves, folder=tmp_path), range(40), doomed.address)
        assert next(found) == 0
        doomed.scheduler.kill()
        with pytest.raises(SimError, match="scheduler"):
            list(found)


def test_nobody_at_the_address_is_an_error_and_no_address_a_wrong_question(tmp_path: Path) -> None:
    (tmp_path / "desk.yaml").write_text(DESK)
    wrong = lettersim(tmp_path, "run", "desk.yaml", "--cluster", "somewhere")
    assert (wrong.returncode, "tcp://host:8786" in wrong.stderr) == (2, True)

"""Replications on several cores: in order, few at a time, the same for any number of workers, and none lost."""

import os
import signal
import threading
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from office import CHINA, GUANGDONG, TEAMS, setting

from sim.core.errors import SimError
from sim.core.options import Options
from sim.experiment import cost
from sim.experiment.cost import affordable, estimate
from sim.experiment.pool import MOST_DEATHS, StartExecutor, cores, forked, map_in_order, processes, threads
from sim.experiment.replications import replicate, simulate_replication
from sim.metrics.replication import Replication
from sim.scenario.setting import Setting

WORKERS = 2


def number(replication: Replication) -> int:
    return replication.number


def finished(replication: Replication) -> list[int]:
    return replication.log.finished.tolist()


def once_killed(marker: Path, replication: Replication) -> int:
    """Kills its own process when it first sees replication 1."""
    if replication.number == 1 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return replication.number


def always_killed(replication: Replication) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return replication.number


@pytest.fixture(scope="module")
def desk() -> Setting:
    return setting(window="1 d")


def test_a_replication_is_drawn_and_simulated(desk: Setting) -> None:
    replication = simulate_replication(desk, 3)
    assert replication.number == 3
    assert replication.workload.letters == len(replication.log.queued) > 10
    assert replication.log.stretches is not None
    assert simulate_replication(desk, 3, stretches=False).log.stretches is None
    assert simulate_replication(desk, 3, keep=0.0).workload.letters == 0


def test_results_come_in_order_whoever_finishes_first(desk: Setting) -> None:
    second_is_done = threading.Event()

    def look(replication: Replication) -> int:
        if replication.number == 0:
            assert second_is_done.wait(60)
        else:
            second_is_done.set()
        return replication.number

    assert list(replicate(desk, range(6), look, Options(workers=WORKERS))) == [0, 1, 2, 3, 4, 5]


def test_any_replications_in_any_order(desk: Setting) -> None:
    assert list(replicate(desk, [7, 2, 5], number, Options(workers=WORKERS))) == [7, 2, 5]
    assert list(replicate(desk, [], number)) == []


def test_no_more_than_twice_as_many_as_workers_are_under_way(desk: Setting) -> None:
    begun: list[int] = []

    def look(replication: Replication) -> int:
        begun.append(replication.number)
        return replication.number

    for done, _ in enumerate(replicate(desk, range(20), look, Options(workers=WORKERS))):
        assert len(begun) <= done + 2 * WORKERS
    assert sorted(begun) == list(range(20))


def test_who_stops_listening_stops_the_rest(desk: Setting) -> None:
    begun: list[int] = []
    outcomes = replicate(
        desk, range(1000), lambda replication: begun.append(replication.number), Options(workers=WORKERS)
    )
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]
    assert len(begun) <= 1 + 2 * WORKERS


def test_an_error_of_a_replication_reaches_the_caller(desk: Setting) -> None:
    def look(replication: Replication) -> int:
        if replication.number == 1:
            raise SimError("no room")
        return replication.number

    outcomes = replicate(desk, range(4), look, Options(workers=WORKERS))
    assert next(outcomes) == 0
    with pytest.raises(SimError, match="no room"):
        next(outcomes)


@pytest.mark.parametrize("engine", ["compiled", "simpy"])
def test_the_same_for_any_number_of_workers(desk: Setting, engine: str) -> None:
    alone = list(replicate(desk, range(3), finished, Options(engine=engine, workers=1)))
    together = list(replicate(desk, range(3), finished, Options(engine=engine, workers=WORKERS)))
    assert alone == together == [finished(simulate_replication(desk, each)) for each in range(3)]


def test_a_killed_worker_is_replaced_and_nothing_is_lost(desk: Setting, tmp_path: Path) -> None:
    look = partial(once_killed, tmp_path / "killed")
    assert list(replicate(desk, range(4), look, Options(engine="simpy", workers=WORKERS))) == [0, 1, 2, 3]


def test_workers_that_keep_dying_end_the_run(desk: Setting) -> None:
    with pytest.raises(SimError, match=f"replication 0 could not be simulated: its worker died {MOST_DEATHS} times"):
        list(replicate(desk, range(2), always_killed, Options(engine="simpy", workers=WORKERS)))


def failing(replication: Replication) -> int:
    raise SimError(f"no room for {replication.number}")


def test_an_error_in_a_process_keeps_the_traceback_of_the_worker(desk: Setting) -> None:
    with pytest.raises(SimError, match="no room for 0") as caught:
        list(replicate(desk, range(2), failing, Options(engine="simpy", workers=WORKERS)))
    assert "in failing" in str(caught.value.__cause__)


def double(number: int) -> int:
    return 2 * number


@pytest.mark.parametrize("start", [threads(WORKERS), processes(WORKERS), forked(WORKERS)])
def test_every_executor_gives_the_same(start: StartExecutor | None) -> None:
    if start is not None:
        assert list(map_in_order(double, [3, 1, 1, 2], start, ahead=3)) == [6, 2, 2, 4]


def test_there_is_at_least_one_core() -> None:
    assert cores() >= 1


@pytest.mark.parametrize(
    "keys",
    [
        {"arrivals": {"per_day": 2400}, "window": "10 d"},
        {"arrivals": GUANGDONG, "window": "100 d"},
        {"arrivals": {"per_day": 2400, "on_holidays": 0.5}, **CHINA},
        {"arrivals": {"per_day": 2000, "surges": [{"from": "day 1 06:00", "lasts": "12 h", "times": 3}]}},
        {"arrivals": {"per_day": 2400}, "teams": TEAMS, "workflow": [{"serve": {"by": "station", "effort": "1 min"}}]},
        {"arrivals": {"per_day": 2400}, "workflow": [
            {"serve": {"by": "desk", "effort": "1 min"}},
            {"again": {"back_to": "serve", "chance": "50%"}},
        ]},
        {"teams": {"desk": {"tier": "city", "staff": {"four_teams_three_shifts": 8},
                            "other_duty": {"per_hour": 30, "effort": "1 min"}}}, "arrivals": {"per_day": 2400}},
    ],
)  # fmt: skip
def test_the_estimated_size_is_about_what_is_drawn(keys: dict[str, object]) -> None:
    of = setting(**keys)
    expected, drawn = estimate(of), simulate_replication(of, 0)
    jobs = int((drawn.workload.category < 0).sum())
    # Poisson letters: within five standard deviations, which one seed in a million misses.
    assert abs(drawn.workload.letters - jobs - expected.letters) < 5 * np.sqrt(expected.letters)
    assert expected.visits == pytest.approx(drawn.workload.visits, rel=0.1)
    assert drawn.roster.shifts <= expected.shifts < 2 * drawn.roster.shifts
    assert expected.bytes > 100 * drawn.workload.visits


def test_the_memory_is_that_of_the_busiest_replication() -> None:
    """On one day with a busyness, the letters of which are all that differs."""
    busy = {"arrivals": {"per_day": 24_000, "busyness": {"cv": 0.5}}, "window": "1 d", "replications": 6}
    of, plain = setting(**busy), setting(**busy | {"arrivals": {"per_day": 24_000}})
    letters = [simulate_replication(of, each, stretches=False).workload.letters for each in range(6)]
    assert estimate(of).letters == estimate(plain).letters == pytest.approx(24_000)
    assert estimate(of).bytes / estimate(plain).bytes == pytest.approx(max(letters) / 24_000, rel=0.03)


def test_the_size_of_a_huge_scenario_is_known_without_drawing_it() -> None:
    of = setting(arrivals={"per_day": 10_000_000}, window="365 d")
    assert estimate(of).letters == pytest.approx(3.65e9)


def test_only_as_many_workers_as_there_is_memory_for(monkeypatch: pytest.MonkeyPatch) -> None:
    needs = estimate(setting(arrivals={"per_day": 24_000}))
    for free, workers in ((None, 4), (10 * needs.bytes, 4), (2.5 * needs.bytes, 2), (1.5 * needs.bytes, 1)):
        monkeypatch.setattr(cost, "free_memory", lambda free=free: free)
        assert affordable(needs, 4) == workers


def test_a_run_without_the_memory_is_refused_with_what_to_lower(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "free_memory", lambda: 2e9)
    of = setting(arrivals={"per_day": 1_000_000}, window="28 d")
    with pytest.raises(SimError, match=r"about 28,000,000 letters .* GB of memory, and 2\.0 GB are free; lower arriv"):
        affordable(estimate(of), 2)


def test_memory_of_a_control_group(tmp_path: Path) -> None:
    limit, used, statistics = tmp_path / "memory.max", tmp_path / "memory.current", tmp_path / "memory.stat"
    assert cost._left(limit, used, statistics) == []
    limit.write_text("1000\n")
    used.write_text("400\n")
    statistics.write_text("anon 300\ninactive_file 100\n")
    assert cost._left(limit, used, statistics) == [700]
    limit.write_text("max\n")
    assert cost._left(limit, used, statistics) == []


def test_this_machine_has_some_memory() -> None:
    free = cost.free_memory()
    assert free is None or free > 0

"""Known faults, put into a copy of the compiled engine one at a time, must be noticed by comparing the two engines.

A fault that goes unnoticed means that the examples of `test_engines_agree` have become too tame. One that no
longer fits means that the engine has changed: put the same fault into its new words.
"""

from functools import cache

import pytest
from busy import BUSY_DAYS, STAYING, Office, busy_day
from strategies import Day
from uncompiled import SOURCE, uncompiled

from sim.core.errors import EngineMismatch
from sim.core.tables import Log
from sim.engine import simpy as engine_simpy
from sim.engine.contract import require_equal

# What goes wrong, and the line of the engine with what takes its place.
FAULTS = {
    "a tie goes to whoever joined the queue first": (
        "return bool(queued < other or (queued == other and a < b))",
        "return bool(queued <= other)",
    ),
    "who is put down goes to the end of the queue": (
        "if not is_folder(run, last) or ranks_before(run, last, f):",
        "if last != f:",
    ),
    "the least urgent is served first": (
        "queue = Id(unit * run.uses.priorities + lowest(run.queues.filled[unit]))",
        "queue = Id(unit * run.uses.priorities + int(run.queues.filled[unit]).bit_length() - 1)",
    ),
    "the person whose shift ends first goes first": (
        "while after != NONE and (shifts.end[after] > end or (shifts.end[after] == end and after < shift)):",
        "while after != NONE and (shifts.end[after] < end or (shifts.end[after] == end and after < shift)):",
    ),
    "of shifts that end together the highest goes first": (
        "while after != NONE and (shifts.end[after] > end or (shifts.end[after] == end and after < shift)):",
        "while after != NONE and (shifts.end[after] > end or (shifts.end[after] == end and after > shift)):",
    ),
    "who ranks first is interrupted, not who ranks last": (
        "last = Id(queues.chains.back[head(run, Id(row * run.uses.priorities + priority))])",
        "last = Id(queues.chains.next[head(run, Id(row * run.uses.priorities + priority))])",
    ),
    "what does not interrupt does": (
        "if not folders.interrupts[f]:",
        "if folders.visit[f] == NONE:",
    ),
    "resuming costs nothing": (
        "folders.left[f] = folders.due[f] - now + run.workload.resume_cost[visit]",
        "folders.left[f] = folders.due[f] - now",
    ),
    "resuming begins from the beginning": (
        "folders.left[f] = folders.due[f] - now + run.workload.resume_cost[visit]",
        "folders.left[f] = run.workload.service[visit] + run.workload.resume_cost[visit]",
    ),
    "a visit forgets when it was started first": (
        "if run.log.started[visit] == NOT_YET:",
        "if run.log.started[visit] <= now:",
    ),
    "only the first interruption is counted": (
        "run.log.interruptions[visit] += 1",
        "run.log.interruptions[visit] = 1",
    ),
    "the rules of the shift end are exchanged": (
        "if visits.at_shift_end[folders.visit[f]] != FINISH:",
        "if visits.at_shift_end[folders.visit[f]] == FINISH:",
    ),
    "what is put down at the shift end goes back to its own unit": (
        "wait(run, f, awake(run, visit, Id(folders.place[f])), now)",
        "wait(run, f, awake(run, visit, Id(run.workload.unit[visit])), now)",
    ),
    "after overtime nobody goes home": (
        "if shifts.in_progress[shift]:",
        "if shifts.in_progress[shift] or not run.workload.interruptible[folders.visit[f]]:",
    ),
    "the cover comes before the own unit": (
        "if on_duty[unit] > 0:",
        "if on_duty[unit] > 0 and (cover == NONE or on_duty[cover] == 0):",
    ),
    "nobody looks for cover when a shift ends": (
        "if run.uses.moves and (first_begun < begun or first_ended < ended):",
        "if run.uses.moves and first_begun < begun:",
    ),
    "nobody looks for cover when a shift starts": (
        "if run.uses.moves and (first_begun < begun or first_ended < ended):",
        "if run.uses.moves and first_ended < ended:",
    ),
    "a visit that cannot be covered is not looked at again": (
        "if cover != NONE or unit != place:",
        "if unit != place:",
    ),
    "what a moved visit held back goes on waiting": (
        "change(run, left)  # what it held back may now interrupt",
        "change(run, place)",
    ),
    "a visit is escalated a second late": (
        "due = since + visits.escalate_after[visit]",
        "due = since + visits.escalate_after[visit] + 1",
    ),
    "what was open before is escalated as if it had just come": (
        "due = since + visits.escalate_after[visit]",
        "due = now + visits.escalate_after[visit]",
    ),
    "what was open before ranks as if it had just come": (
        "reach(run, f, first, now, run.workload.received[letter])",
        "reach(run, f, first, now, now)",
    ),
    "a visit is escalated to where nobody is": (
        "if run.units.shifts[target] > 0:",
        "if target != NONE:",
    ),
    "an escalation that has to wait is forgotten": (
        "escalate_slot(run, pending(Id(shifts.unit[shifts.by_start[i]])), now)",
        "escalate_slot(run, OVERDUE, now)",
    ),
    "a clock counts what passed in it before the delay began": (
        "until += before[span] + min(now, clocks.end[first + span]) - start[span]",
        "until += before[span]",
    ),
    "a delay that begins outside of a clock's hours is short by them": (
        "until += before[span] + min(now, clocks.end[first + span]) - start[span]",
        "until += before[span] + now - start[span]",
    ),
    "a delay ends at the beginning of the next hours of its clock": (
        "last = below(before, until) - 1",
        "last = below(before, until + 1) - 1",
    ),
    "a visit leaves a second late": (
        "leaves = since + visits.patience[visit]",
        "leaves = since + visits.patience[visit] + 1",
    ),
    "what was open before has patience as if it had just come": (
        "leaves = since + visits.patience[visit]",
        "leaves = now + visits.patience[visit]",
    ),
    "what a visit that leaves held back goes on waiting": (
        "change(run, place)  # what it held back may now interrupt",
        "pass",
    ),
    "a prompt comes although what it is about has been finished": (
        "is_open = reached == NOT_YET and visit",
        "is_open = visit",
    ),
    "a prompt asks for the finish where it should for the start": (
        "reached = run.log.started[about] if workload.until_start[letter] else run.log.finished[about]",
        "reached = run.log.finished[about]",
    ),
    "a prompt comes although the letter has left": (
        "and visit >= workload.first_visit[earlier] and visit <= about",
        "and visit != NONE",
    ),
    "a visit is still open when it has been passed over": (
        "and visit <= about",
        "and visit < workload.first_visit[earlier + 1]",
    ),
    "a letter comes although the one that it is about never did": (
        "if f == NONE:\n        return False",
        "if f == NONE:\n        return bool(workload.once_over[letter])",
    ),
    "what should come once a visit is over comes before": (
        "if is_open == workload.once_over[letter]:",
        "if not is_open and not workload.once_over[letter]:",
    ),
    "a letter comes whatever the outcome was": (
        "if outcome != ANYHOW and not is_so(",
        "if outcome == NOT_YET and not is_so(",
    ),
    "a letter asks for the outcome of the visit that it is about": (
        "is_so(run, Id(about - workload.received_if_back[letter]), outcome, since)",
        "is_so(run, about, outcome, since)",
    ),
    "a visit is made whatever the outcome was": (
        "visits.made_if[visit] != ANYHOW and passes_over(run, visit)",
        "visits.made_if[visit] == NOT_YET and passes_over(run, visit)",
    ),
    "what follows a visit that is passed over is passed over too": (
        "            visit = Id(visit + 1)\n            continue",
        "            visit = stop\n            continue",
    ),
    "a visit hangs on the one before": (
        "Id(visit - visits.made_if_back[visit])",
        "Id(visit - 1)",
    ),
    "what comes at the limit is in time": (
        "reached < late_from",
        "reached <= late_from",
    ),
    "what never came was in time": (
        "in_time = reached != NOT_YET and",
        "in_time =",
    ),
    "the finish is asked for where the start should be": (
        "if outcome >= STARTED_IN_TIME else",
        "if outcome < 0 else",
    ),
    "a prompt changes the rank of the visit in turn alone": (
        "for each in range(visit, about + 1):",
        "for each in range(visit, visit + 1):",
    ),
    "a prompt changes the rank of all visits to come": (
        "for each in range(visit, about + 1):",
        "for each in range(visit, workload.first_visit[earlier + 1]):",
    ),
    "what waits is not ranked anew": (
        "if folders.shift[f] != DELAYED:\n            rank_anew",
        "if folders.shift[f] < OTHER:\n            rank_anew",
    ),
    "what is in hands is not ranked anew": (
        "if folders.shift[f] != DELAYED:\n            rank_anew",
        "if folders.shift[f] == WAITING:\n            rank_anew",
    ),
    "a prompt moves a visit to where nobody is": (
        "if waits and target != NONE and target != folders.place[f] and run.units.shifts[target] > 0:",
        "if waits and target != NONE and target != folders.place[f]:",
    ),
    "a prompt moves what has just come": (
        "waits = folders.shift[f] == WAITING and folders.since[f] < now",
        "waits = folders.shift[f] == WAITING",
    ),
    "what a prompt has moved is escalated": (
        "            stop_timer(run, f)\n        move(",
        "            pass\n        move(",
    ),
    "nobody ever leaves": (
        "            leave(run, now)\n",
        "            pass\n",
    ),
    "a delay of 0 takes until the unit has dispatched": (
        "if unit != NONE or service > 0:",
        "if unit != NONE or service >= 0:",
    ),
    "the finish of a covered visit is told of its own unit": (
        "log.served_by[visit] = folders.place[f]",
        "log.served_by[visit] = run.workload.unit[visit]",
    ),
    "the last second before the horizon is not applied": (
        "done = now >= until",
        "done = now >= until - 1",
    ),
    "empty stretches are told": (
        "if start < end:",
        "if start <= end:",
    ),
    "what is open at the horizon has no last stretch": (
        "if shift == WAITING:",
        "if shift == WAITING and folders.on_tape[f]:",
    ),
    "what was put down is told as if it had not been": (
        "if run.uses.stretches and not folders.on_tape[f]:",
        "if run.uses.stretches and folders.shift[f] == WAITING:",
    ),
    "the wait before the first start is not told": (
        "if folders.shift[f] != WAITING:",
        "if folders.shift[f] == WAITING:",
    ),
}


@cache
def days_and_logs() -> list[tuple[Day, Log]]:
    """The days of `test_engines_agree`, and what the SimPy engine says of them."""
    days = [busy_day(seed, office) for office in (STAYING, Office()) for seed in range(BUSY_DAYS)]
    return [(day, engine_simpy.simulate(*day, stretches=True)) for day in days]


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fault_is_noticed(fault: str) -> None:
    line, replacement = FAULTS[fault]
    assert SOURCE.count(line) == 1, f"the engine no longer has the line: {line}"
    faulty = uncompiled(SOURCE.replace(line, replacement))

    def noticed(day: Day, log: Log) -> bool:
        try:
            require_equal({"simpy": log, "faulty": faulty.simulate(*day, stretches=True)})
        except (EngineMismatch, IndexError):
            return True
        return False

    assert any(noticed(day, log) for day, log in days_and_logs())

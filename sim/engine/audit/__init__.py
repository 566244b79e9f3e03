"""Audit of a log against the contract of `sim.engine.contract`, without simulating anything.

It shares the list of columns with the engines and no logic, and knows no calendar. It reads the stretches of a log
and asks of each visit whether its row is right and whether it waited where it should (`visit_rules`), and of each
unit, second by second, whether it served whom it should (`dispatch_rules`). The rules leave no choice open: of one
workload, roster and horizon, one log passes.
"""

from sim.core.errors import AuditError, SimError
from sim.core.tables import Log, Roster, Workload
from sim.engine.audit.dispatch_rules import DispatchAudit
from sim.engine.audit.prompt_rules import not_received
from sim.engine.audit.records import ShiftRecord, Stretch, malformed, shift_records, visit_records
from sim.engine.audit.visit_rules import DutyTimes, EndsOfDelays, columns, effort, hands, places, precedence

__all__ = ["audit", "require_sound"]


def require_sound(workload: Workload, roster: Roster, horizon: int, log: Log) -> None:
    """Raise AuditError with all violations if the log breaks the engine contract."""
    violations = audit(workload, roster, horizon, log)
    if violations:
        raise AuditError(violations)


def audit(workload: Workload, roster: Roster, horizon: int, log: Log) -> list[str]:
    """What in a log breaks the engine contract.

    Args:
        log: with stretches.
    Returns: a sentence a violation, with the visit and the second; empty for the one sound log. A log whose
        tables cannot be read is judged no further.
    Raises: SimError if the log has no stretches.
    """
    if log.stretches is None:
        raise SimError("a log without stretches cannot be audited: simulate with stretches=True")
    violations = list(malformed(workload, roster, log, log.stretches))
    if violations:
        return violations

    shifts = shift_records(roster)
    visits = visit_records(workload, log, log.stretches)
    shifts_of: list[list[ShiftRecord]] = [[] for _ in range(roster.units)]
    for shift in shifts:
        if shift.staffed:
            shifts_of[shift.unit].append(shift)
    stretches_of: list[list[Stretch]] = [[] for _ in range(roster.units)]
    for visit in visits:
        for stretch in visit.stretches:
            stretches_of[stretch.unit].append(stretch)

    never_received = not_received(workload, visits, horizon)
    violations += precedence(workload, visits, horizon, never_received)
    ends_of_delays = EndsOfDelays(roster.clocks)
    presence = [DutyTimes(of_unit) for of_unit in shifts_of]
    for visit in visits:
        violations += columns(visit, horizon, ends_of_delays)
        violations += effort(visit, horizon)
        violations += hands(visit, shifts)
        violations += places(visit, presence, horizon)
    for unit in range(roster.units):
        violations += DispatchAudit(unit, visits, shifts).judge(stretches_of[unit], shifts_of[unit], horizon)
    return violations

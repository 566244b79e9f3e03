"""What the page of a plan shows as rows for CSV, names as the scenario has them."""

from typing import Final

from sim.core.safe_text import Cell
from sim.models.staffing import WEEKDAYS
from sim.output.results.result import CsvFiles, CsvRows, ends
from sim.planner.answer import PlanAnswer


def cell_rows(answer: PlanAnswer) -> CsvRows:
    """People by team and roster: today, planned, what is allowed, and what one person fewer or more changes."""
    yield ["team", "roster", "allocation", "today", "planned", "allowed_least", "allowed_most", "at_least_alone",
           "cost_of_one", "changed", "sla", "hour", "difference", "low", "high"]  # fmt: skip
    changes = [*answer.removals, *answer.additions]
    for index, cell in enumerate(answer.posts):
        planned = None if answer.people is None else answer.people[index]
        fewest = None if answer.fewest is None else answer.fewest[index]
        deal = cell.deal if isinstance(cell.deal, str) else " ".join(f"{share:g}" for share in cell.deal)
        row: list[Cell] = [cell.team, cell.roster, deal, cell.today, planned, cell.least, cell.most, fewest, cell.cost]
        own = [change for change in changes if change.post == index]
        if not own:
            yield [*row, *[None] * 6]
        for change in own:
            for target, each in zip(change.proof.targets, change.differences, strict=True):
                yield [*row, f"{change.more:+d}", target.sla, target.hour, *ends(each.paired)]


def target_rows(answer: PlanAnswer) -> CsvRows:
    """Each target today, under the plan, and at each staffing of the frontier."""
    yield ["staffing", "people", "cost", "sla", "hour", "target", "compliance", "low", "high", "verdict"]
    proved = [("today", answer.today.people, answer.today_cost, answer.today.targets)]
    proved += [("plan", answer.proof.people, answer.cost or 0.0, answer.proof.targets)]
    proved += [(f"frontier {each.lateness:g}", each.people, each.cost, each.targets) for each in answer.frontier]
    for called, people, cost, targets in proved:
        for each in targets:
            yield [called, sum(people) + answer.fixed, cost, each.sla, each.hour, each.target, *ends(each.compliance),
                   each.verdict]  # fmt: skip


def requirement_rows(answer: PlanAnswer) -> CsvRows:
    """People needed and on duty by team and half hour of the week."""
    yield ["team", "weekday", "from", "needed", "on_duty_today", "on_duty_planned", "short"]
    for team, need in answer.needs.items():
        columns = (need.people, need.today, need.planned, need.shortfall)
        for slot, values in enumerate(zip(*(each.tolist() for each in columns), strict=True)):
            day, of_day = divmod(slot, 48)
            when = f"{of_day // 2:02}:{of_day % 2 * 30:02}"
            yield [team, WEEKDAYS[day], when, *(f"{value:.2f}" for value in values)]


PLAN_CSV: Final[CsvFiles[PlanAnswer]] = {
    "staffing": cell_rows,
    "targets": target_rows,
    "requirement": requirement_rows,
}
"""Names of the CSV files of a plan, and what is in them."""

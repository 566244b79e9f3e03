"""The workflow: the steps of a letter in order, work by people, waits, exits and loops."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, PlainSerializer, Tag
from pydantic_core import PydanticCustomError

from sim.models.base import FINAL, Duration, Flag, Name, PerCategory, Record, Share, Whole
from sim.models.distributions import Distribution, Wait, WorkingTime
from sim.models.staffing import RoutingPerCategory
from sim.models.wording import did_you_mean

Priority = Annotated[Whole, Field(ge=0, le=9)]
AtLeastASecond = Annotated[Duration, Field(ge=1)]


class Escalate(Record):
    """What happens to a letter that nobody starts in time."""

    after: AtLeastASecond
    """Time in the queue after which it moves, once, as soon as somebody is on duty there."""
    to: str
    """The team it moves to."""


class _Step(Record):
    name: Name
    for_: tuple[str, ...] | None = Field(default=None, alias="for")
    """The categories that take this step; all if not said."""
    for_channel: tuple[str, ...] | None = None
    """The channels whose letters take this step; all if not said."""
    only_after: tuple[str, ...] = ()
    """Only letters that took one of these earlier steps when they last came by take this one."""
    unless: tuple[str, ...] = ()
    """Letters that took one of these earlier steps when they last came by pass over this one."""


class WhenLate(Record):
    """Another share for letters that missed an SLA."""

    sla: str
    """The SLA; it must run from receipt, without pauses, and on a step it must be decided before that."""
    chance: PerCategory[Share]
    """Share of the letters that missed it; for all others the one beside it stays."""


class WorkStep(_Step):
    """A step that one person does."""

    by: RoutingPerCategory
    """The team, or teams with shares; a letter goes to its own unit of that team."""
    effort: PerCategory[Distribution]
    """Time that a person is busy with it."""
    effort_again: Share = 1.0
    """Share of the effort that second and later times through the step take."""
    chance: PerCategory[Share] = PerCategory[Share](per_category={"default": 1.0})
    """Share of the letters that take this step."""
    when_late: WhenLate | None = None
    """Another share of those that missed an SLA."""
    priority: PerCategory[Priority] = PerCategory[Priority](per_category={"default": 5})
    """0 to 9, smaller first."""
    interrupts: Flag = False
    """Whether it takes a person away from interruptible work of a larger priority number."""
    interruptible: Flag = True
    """Whether more urgent work may take its person away."""
    resume_cost: Duration = 0.0
    """Extra effort each time that it is taken up again."""
    at_shift_end: Literal["hand over", "finish"] = "hand over"
    """Whether it is put down for the next shift, or finished in overtime."""
    cover: str | None = None
    """The team that takes it while nobody is on duty at its own unit."""
    escalate: Escalate | None = None
    """What happens if nobody starts it in time; nothing if not said."""
    patience: PerCategory[Distribution] | None = None
    """Time in the queue after which a letter (a call, a visitor) that nobody has started leaves for good; none leaves
    if not said."""


class WaitStep(_Step):
    """Time that passes without anybody's work: waiting for an answer, for a document."""

    wait: PerCategory[Wait]
    """How long it takes, in calendar time, or on the scenario's own calendar: `3 working days`, `4 office hours`."""
    chance: PerCategory[Share] = PerCategory[Share](per_category={"default": 1.0})
    """Share of the letters that take this step."""
    when_late: WhenLate | None = None
    """Another share of those that missed an SLA."""


class LeaveStep(_Step):
    """A way out: some letters leave the workflow here, for example referred to another authority."""

    leave: PerCategory[Share]
    """Share of the letters that leave."""


class LoopStep(_Step):
    """A way back: some letters go through earlier steps again (rework, a wrong address, a call not answered)."""

    back_to: str
    """An earlier step."""
    chance: PerCategory[Share]
    """Share of the letters that go back each time they come here."""
    when_late: WhenLate | None = None
    """Another share of those that missed an SLA."""
    at_most: Annotated[Whole, Field(ge=1, le=1000)] | None = None
    """How often one letter can go back; any number of times if not said."""
    after: Wait | None = None
    """Time that passes before it is there again; also in working days or office hours."""
    not_satisfied: Share | None = None
    """Share of those called back whose writers are not satisfied, of whom `chance` may let fewer go back; nothing is
    simulated of it, and reports show the rest as satisfaction rate."""


def _tag(step: dict[str, Any]) -> str:
    return next(f"~{key}" for key in STEP_KINDS if key in step)


def _unfold(written: Any, kinds: Mapping[str, type[Record]], what: str) -> Any:
    """`{sign: {by: ...}}` as `{name: sign, by: ...}`."""
    if not isinstance(written, dict) or len(written) != 1:
        raise PydanticCustomError(FINAL, "must be one step, `- name: {...}`; is what belongs to it indented below it?")
    ((name, body),) = written.items()
    needs = f"{what} needs one of the keys {', '.join(kinds)}"
    if not isinstance(body, dict):
        raise PydanticCustomError(FINAL, "{needs}", {"needs": needs})
    if "name" in body:
        raise PydanticCustomError(FINAL, "unknown key 'name'; a step's name stands before its colon")
    said = [key for key in STEP_KINDS if key in body]
    if len(said) != 1 or said[0] not in kinds:
        given = f"; has {' and '.join(said)}" if said else ""
        hint = "" if said else _misspelt(body)
        raise PydanticCustomError(FINAL, "{needs}{rest}", {"needs": needs, "rest": given or hint})
    return {"name": name, **body}


def _misspelt(body: Mapping[str, Any]) -> str:
    keys = {key for kind in STEP_KINDS.values() for key in kind.model_fields}
    hints = [f"'{key}': unknown key{did_you_mean(key, STEP_KINDS)}" for key in body if key not in keys]
    return f" ({hints[0]})" if hints and "mean" in hints[0] else ""


def _fold(step: "Step") -> dict[str, Any]:
    body = step.model_dump(mode="json", by_alias=True, exclude={"name"}, exclude_defaults=True)
    return {step.name: body}


PlainStep = Annotated[
    Annotated[
        Annotated[WorkStep, Tag("~by")]
        | Annotated[WaitStep, Tag("~wait")]
        | Annotated[LeaveStep, Tag("~leave")]
        | Annotated[LoopStep, Tag("~back_to")],
        Discriminator(_tag),
    ],
    BeforeValidator(lambda written: _unfold(written, _PLAIN_KINDS, "a step of a detour")),
    PlainSerializer(_fold, return_type=dict[str, Any]),
]
"""One step of a detour, written `name: {...}`; the key that it has says its kind."""


class DetourStep(_Step):
    """A detour: some letters take steps of their own (stage 2 of a complaint, a referral and back)."""

    detour: PerCategory[Share]
    """Share of the letters that take it each time they come here; the others pass over its steps."""
    when_late: WhenLate | None = None
    """Another share of those that missed an SLA; only where they `rejoin`."""
    steps: Annotated[tuple[PlainStep, ...], Field(min_length=1)]
    """Its steps in order; loops among them stay within the detour."""
    then: Literal["rejoin", "end"] = "rejoin"
    """Whether its letters go on with the steps behind it, or are closed at its end."""


Step = WorkStep | WaitStep | LeaveStep | LoopStep | DetourStep

_PLAIN_KINDS: dict[str, type[Record]] = {"by": WorkStep, "wait": WaitStep, "leave": LeaveStep, "back_to": LoopStep}

STEP_KINDS: dict[str, type[Record]] = {**_PLAIN_KINDS, "detour": DetourStep}
"""Kind of step by the key that tells it."""


def share_of(step: Step) -> PerCategory[float]:
    """Share of the letters that take a step, leave by it, go back or take the detour."""
    if isinstance(step, LeaveStep):
        return step.leave
    return step.detour if isinstance(step, DetourStep) else step.chance


def impatient_steps(steps: Iterable[Step]) -> list[str]:
    """Names of the steps at which letters lose patience."""
    return [step.name for step in steps if isinstance(step, WorkStep) and step.patience is not None]


def takes_time(step: Step) -> bool:
    """Whether letters can be at a step: work, a wait, or a way back with a delay."""
    return isinstance(step, WorkStep | WaitStep) or (isinstance(step, LoopStep) and step.after is not None)


def is_switched_off(step: Step) -> bool:
    """Whether a step's share is 0 for letters of every kind."""
    return not any(share_of(step).values)


def when_late(step: Step) -> WhenLate | None:
    """What a step says of letters that missed an SLA."""
    return None if isinstance(step, LeaveStep) else step.when_late


def sla_of_when_late(steps: Iterable[Step]) -> str | None:
    """The SLA whose outcome decides some steps; None if they are the same whatever is late."""
    return next((rule.sla for step in steps if (rule := when_late(step)) is not None), None)


def decided_by_lateness(steps: Sequence[Step]) -> set[str]:
    """Names of the steps that a letter may take or not by whether it missed an SLA.

    They say so themselves, depend on others that do, or lie within a loop or detour that does.
    """
    layout, number = Layout.of(steps), {step.name: number for number, step in enumerate(steps)}
    decided = {step.name for step in steps if when_late(step) is not None}
    while True:
        more = {step.name for step in steps if not decided.isdisjoint((*step.only_after, *step.unless))}
        for at, step in enumerate(steps):
            if step.name in decided and isinstance(step, LoopStep):
                more |= {inside.name for inside in steps[number[step.back_to] : at]}
            elif step.name in decided and isinstance(step, DetourStep):
                more |= {inside.name for inside in steps[at + 1 : layout.end[at]]}
        if more <= decided:
            return decided
        decided |= more


class Layout(NamedTuple):
    """How the steps of a workflow lie one after the other, those of a detour behind it; one entry a step."""

    detour: tuple[int | None, ...]  # number of the detour that the step is one of
    end: tuple[int, ...]  # of a detour: number after its last step; of others: number after the step
    next: tuple[int, ...]  # step to which a letter goes on; for who takes the detour its first one

    @classmethod
    def of(cls, steps: Sequence[Step]) -> Self:
        """The layout of a scenario's workflow."""
        end = [number + 1 for number in range(len(steps))]
        after = end.copy()
        within: list[int | None] = [None] * len(steps)
        for number, step in enumerate(steps):
            if isinstance(step, DetourStep):
                end[number] = number + 1 + len(step.steps)
                within[number + 1 : end[number]] = [number] * len(step.steps)
                if step.then == "end":
                    after[end[number] - 1] = len(steps)
        return cls(tuple(within), tuple(end), tuple(after))


def differs_by_channel(steps: Iterable[Step]) -> bool:
    """Whether the way of a letter, or its work, depends on its channel."""
    for step in steps:
        rule = when_late(step)
        values = [value for _, value in step] + ([] if rule is None else [rule.chance])
        if step.for_channel is not None or any(isinstance(each, PerCategory) and each.per_channel for each in values):
            return True
    return False


def waits_in_working_time(steps: Iterable[Step]) -> list[str]:
    """Names of the steps at which time passes in working days or office hours only."""
    waits = [
        (step.name, step.wait.values if isinstance(step, WaitStep) else [getattr(step, "after", None)])
        for step in steps
    ]
    return [name for name, values in waits if any(isinstance(wait, WorkingTime) for wait in values)]


def _laid_out(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Steps with those of each detour behind it."""
    return tuple(each for step in steps for each in (step, *(step.steps if isinstance(step, DetourStep) else ())))


def _written(steps: tuple[Step, ...]) -> list[dict[str, Any]]:
    return [_fold(step) for step, detour in zip(steps, Layout.of(steps).detour, strict=True) if detour is None]


AnyStep = Annotated[
    Annotated[
        Annotated[WorkStep, Tag("~by")]
        | Annotated[WaitStep, Tag("~wait")]
        | Annotated[LeaveStep, Tag("~leave")]
        | Annotated[LoopStep, Tag("~back_to")]
        | Annotated[DetourStep, Tag("~detour")],
        Discriminator(_tag),
    ],
    BeforeValidator(lambda written: _unfold(written, STEP_KINDS, "a step")),
]
"""One entry of the workflow, written `name: {...}`; the key that it has says its kind."""

Workflow = Annotated[
    tuple[AnyStep, ...],
    Field(min_length=1),
    AfterValidator(_laid_out),
    PlainSerializer(_written, return_type=list[dict[str, Any]]),
]
"""The steps in order, those of a detour behind it; written with them in it."""


def with_steps_inside(workflow: Sequence[Step], names: Sequence[str]) -> list[str]:
    """Names of steps, and of all that are inside of those that are detours."""
    steps = {step.name: step for step in workflow}
    inside = [each.name for name in names if isinstance(detour := steps[name], DetourStep) for each in detour.steps]
    return [*names, *inside]

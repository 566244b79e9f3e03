"""What happens to a letter: steps in order, some done by people, some waits, some exits and loops."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, PlainSerializer, Tag

from sim.models.base import Duration, PerCategory, Record, Share
from sim.models.distributions import Distribution
from sim.models.staffing import RoutingPerCategory

Priority = Annotated[int, Field(ge=0, le=9)]
AtLeastASecond = Annotated[Duration, Field(ge=1)]


class Escalate(Record):
    """What happens to a letter that nobody starts in time."""

    after: AtLeastASecond
    """Time in the queue after which it moves, once, as soon as somebody is on duty there."""
    to: str
    """The team it moves to."""


class _Step(Record):
    name: str
    for_: tuple[str, ...] | None = Field(default=None, alias="for")
    """The categories that take this step; all if not said."""


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
    priority: PerCategory[Priority] = PerCategory[Priority](per_category={"default": 5})
    """0 to 9, smaller first."""
    interrupts: bool = False
    """Whether it takes a person away from interruptible work of a larger priority number."""
    interruptible: bool = True
    resume_cost: Duration = 0.0
    """Extra effort each time that it is taken up again."""
    at_shift_end: Literal["hand over", "finish"] = "hand over"
    """Whether it is put down for the next shift, or finished in overtime."""
    cover: str | None = None
    """The team that takes it while nobody is on duty at its own unit."""
    escalate: Escalate | None = None


class WaitStep(_Step):
    """Time that passes without anybody's work: waiting for an answer, for a document."""

    wait: PerCategory[Distribution]
    chance: PerCategory[Share] = PerCategory[Share](per_category={"default": 1.0})
    """Share of the letters that take this step."""


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
    at_most: Annotated[int, Field(ge=1, le=1000)] | None = None
    """How often one letter can go back; any number of times if not said."""
    after: Distribution | None = None
    """Time that passes before it is there again."""


Step = WorkStep | WaitStep | LeaveStep | LoopStep

_KINDS = {"by": WorkStep, "wait": WaitStep, "leave": LeaveStep, "back_to": LoopStep}


def kind_of(keys: Any) -> str | None:
    """The key that says a step's kind: `by`, `wait`, `leave` or `back_to`."""
    if isinstance(keys, Mapping):
        return next((key for key in _KINDS if key in keys), None)
    return next((key for key, kind in _KINDS.items() if isinstance(keys, kind)), None)


def _unfold(written: Any) -> Any:
    """`{sign: {by: ...}}` as `{name: sign, by: ...}`."""
    if isinstance(written, dict) and len(written) == 1:
        ((name, body),) = written.items()
        if isinstance(body, dict) and "name" not in body:
            return {"name": name, **body}
    return written


def _fold(step: Step) -> dict[str, Any]:
    body = step.model_dump(mode="json", by_alias=True, exclude={"name"}, exclude_defaults=True)
    return {step.name: body}


AnyStep = Annotated[
    Annotated[
        Annotated[WorkStep, Tag("by")]
        | Annotated[WaitStep, Tag("wait")]
        | Annotated[LeaveStep, Tag("leave")]
        | Annotated[LoopStep, Tag("back_to")],
        Discriminator(
            kind_of,
            custom_error_type="step",
            custom_error_message="must be one step, `name: {...}`, with one of the keys by, wait, leave, back_to",
        ),
    ],
    BeforeValidator(_unfold),
    PlainSerializer(_fold, return_type=dict[str, Any]),
]
"""One entry of the workflow, written `name: {...}`; the key that it has says its kind."""

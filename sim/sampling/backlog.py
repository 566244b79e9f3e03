"""Letters that are open at the start: where each stands, and for how long it has been there."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from sim.core.clock import DAY
from sim.core.streams import Purpose, uniforms
from sim.core.tables import Bools, Floats, Int16s, Int64s
from sim.models.backlog import BacklogRows, InitialBacklog, Instants, OpenState
from sim.models.scenario import OLDEST_DRAWN
from sim.sampling.arrivals import Letters, numbers_of, said_or_drawn
from sim.sampling.jurisdiction import area_of, homes_of
from sim.sampling.quantiles import quantile
from sim.scenario.setting import Setting

_YOUNGEST: Final = 2
"""Seconds; -1, the instant a second before the start, means not yet."""


class Standing(NamedTuple):
    """Where the open letters stand; one row each, in the order in which they follow all others that are drawn."""

    step: Int16s
    queued: Int64s  # when they came to the step as far as is known, negative
    begun: Bools  # somebody has worked on it there, or time passes
    spent: Int64s  # seconds of work or of the delay that are over
    done: dict[str, Int64s]  # when steps were finished, or `UNKNOWN`

    @property
    def letters(self) -> int:
        """Number of open letters."""
        return len(self.step)


UNKNOWN: Final = 0
"""When a step was finished of which nothing is said; all instants before the start are negative."""


def draw_backlog(setting: Setting, replication: int) -> tuple[Letters, Standing] | None:
    """The letters that are open at second 0 and where they stand; None without any.

    What a file does not say, and all that counts leave open, is drawn.
    """
    backlog = setting.scenario.backlog
    if backlog is None or backlog.letters == 0:
        return None
    rows = backlog.rows
    return _drawn(setting, replication, backlog) if rows is None else _recorded(setting, replication, rows)


def _drawn(setting: Setting, replication: int, backlog: InitialBacklog) -> tuple[Letters, Standing]:
    groups = [group for group in backlog.counts or () if group.letters]
    many = [group.letters for group in groups]
    drawn = _uniforms(setting, replication, sum(many), 0)
    ends = np.cumsum(many)
    age = np.concatenate(
        [quantile(group.age, drawn[end - group.letters : end]) for group, end in zip(groups, ends, strict=True)]
    )
    received = -np.clip(np.rint(age), _YOUNGEST, OLDEST_DRAWN * DAY).astype(np.int64)
    category = [name for group in groups for name in [group.category or ""] * group.letters]
    steps = [step.name for step in setting.scenario.workflow]
    step = np.repeat(np.array([steps.index(group.step) for group in groups], dtype=np.int16), many)
    nothing: list[str] = [""] * sum(many)
    letters = _letters(setting, replication, received, category, nothing, nothing)
    return letters, Standing(step, received, np.zeros(len(step), np.bool_), np.zeros(len(step), np.int64), {})


def _recorded(setting: Setting, replication: int, rows: BacklogRows) -> tuple[Letters, Standing]:
    start = np.datetime64(setting.scenario.start, "s")

    def seconds(instants: Instants) -> Int64s:
        known = ~np.isnat(instants)
        found: Int64s = np.full(len(instants), UNKNOWN, dtype=np.int64)
        found[known] = (instants[known] - start).astype(np.int64)
        return found

    received = np.minimum(seconds(rows.received), -_YOUNGEST)
    since = seconds(rows.since)
    done = {step: seconds(instants) for step, instants in rows.done.items()}
    last = np.max(
        [received, *(np.where(instants == UNKNOWN, received, instants) for instants in done.values())], axis=0
    )
    waits = np.array([state == OpenState.WAITING for state in rows.state])
    queued = np.where((since != UNKNOWN) & (last == received), np.maximum(since, received), last)
    steps = [step.name for step in setting.scenario.workflow]
    letters = _letters(setting, replication, received, rows.category, rows.channel, rows.unit)
    standing = Standing(
        step=np.array([steps.index(step) for step in rows.step], dtype=np.int16),
        queued=queued,
        begun=np.array([state == OpenState.WORKING for state in rows.state]),
        spent=np.where(waits | (since == UNKNOWN), 0, -since),
        done=done,
    )
    return letters, standing


def _letters(
    setting: Setting,
    replication: int,
    received: Int64s,
    category: Sequence[str],
    channel: Sequence[str],
    unit: Sequence[str],
) -> Letters:
    """The letters, with what is empty drawn."""
    scenario, places = setting.scenario, setting.places
    units = places.of_team(places.home_team)
    kinds = said_or_drawn(category, scenario.category_shares, _uniforms(setting, replication, len(received), 1))
    ways = said_or_drawn(channel, scenario.channel_shares, _uniforms(setting, replication, len(received), 2))
    home = homes_of(setting, kinds, _uniforms(setting, replication, len(received), 3), area_of(places, None))
    said = numbers_of(unit, places.names[units.start : units.stop])
    home = np.where(said >= 0, said + units.start, home).astype(np.int32)
    return Letters(received, kinds, ways, home, np.ones(len(received), dtype=np.bool_))


def _uniforms(setting: Setting, replication: int, letters: int, use: int) -> Floats:
    return uniforms(letters, setting.scenario.seed, replication, Purpose.BACKLOG, use)

"""Small scenarios to draw from: one desk and one step, unless a test says otherwise."""

from typing import Any

from sim.models.scenario import Scenario
from sim.setting import Setting, setting_of

MONDAY = "2021-05-10"
"""An ordinary Monday; no public holiday is near."""


def setting(context: Any = None, **keys: Any) -> Setting:
    """A week of a desk that never sleeps, with one letter an hour that takes ten minutes; `keys` replace its keys.

    Args:
        context: reads the files that the scenario names.
    """
    written = {
        "start": MONDAY,
        "window": "7 d",
        "cool_down": "0 s",
        "arrivals": {"per_day": 24},
        "teams": {"desk": {"tier": "city", "staff": {"always": 1}}},
        "workflow": [{"serve": {"by": "desk", "effort": "10 min"}}],
    }
    return setting_of(Scenario.model_validate(written | keys, context=context))

"""Event log in XES 1.0 (IEEE 1849): one trace a letter, with the whole life cycle of its visits."""

from functools import lru_cache
from pathlib import Path
from typing import Final
from xml.sax.saxutils import quoteattr

import numpy as np

from sim.core.tables import NO_UNIT
from sim.operations.exports.events import Reason
from sim.operations.exports.people import NOBODY
from sim.operations.exports.simulated import Event, Simulated

_HEADING: Final = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<global scope="trace">
<string key="concept:name" value=""/>
</global>
<global scope="event">
<string key="concept:name" value=""/>
<string key="concept:instance" value=""/>
<string key="lifecycle:transition" value="complete"/>
<date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
</global>
<classifier name="Activity" keys="concept:name"/>
<classifier name="ActivityAndTransition" keys="concept:name lifecycle:transition"/>
<string key="lifecycle:model" value="standard"/>
"""


def write_xes(simulated: Simulated, path: Path) -> None:
    """Write the event log of all letters.

    A trace says whether its letter is `counted`, which is received in the window of the scenario, and the log when that
    is. `concept:instance` tells the visits of a letter apart, `org:resource` is a person, `org:group` the unit and
    `org:role` its team; `reason` says why a visit was suspended or reassigned.
    """
    scenario = simulated.setting.scenario
    edges = {
        "counted_from": scenario.window_start,
        "counted_until": scenario.window_end,
        "simulated_until": scenario.horizon,
    }
    instants = simulated.zoned(np.array(list(edges.values())))
    counted = simulated.replication.counted.tolist()
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_HEADING)
        file.write(_string("concept:name", scenario.name))
        file.writelines(f'<date key="{key}" value="{when}"/>\n' for key, when in zip(edges, instants, strict=True))
        both = zip(simulated.letters, simulated.events(), counted, strict=True)
        for number, (letter, happened, within) in enumerate(both, start=1):
            file.write("<trace>\n" + _string("concept:name", str(number)))
            unit = simulated.units[simulated.homes[number - 1]]
            values = {"channel": letter.channel, "category": letter.category, "unit": unit}
            file.writelines(_string(key, value) for key, value in values.items())
            file.write(f'<int key="size" value="{letter.size}"/>\n')
            file.write(f'<boolean key="counted" value="{str(within).lower()}"/>\n')
            file.writelines(_event(event, simulated) for event in happened)
            file.write("</trace>\n")
        file.write("</log>\n")


def _event(event: Event, simulated: Simulated) -> str:
    by = ""
    if event.unit != NO_UNIT:
        by = _string("org:group", simulated.units[event.unit]) + _string("org:role", simulated.team(event.unit))
    if event.person != NOBODY:
        by = _string("org:resource", simulated.person(event.unit, event.person)) + by
    if event.reason != Reason.NONE:
        by += _string("reason", event.reason.text)
    return (
        f"<event>\n{_string('concept:name', event.activity)}"
        f'<string key="concept:instance" value="{event.instance}"/>\n'
        f'<string key="lifecycle:transition" value="{event.transition.name.lower()}"/>\n'
        f'<date key="time:timestamp" value="{event.when}"/>\n{by}</event>\n'
    )


@lru_cache(maxsize=10_000)  # the same few names come again and again
def _string(key: str, value: str) -> str:
    return f'<string key="{key}" value={quoteattr(value)}/>\n'

"""A small mailbox whose charts and pages are looked at: late letters, several teams, names that are markup."""

from pathlib import Path

from sim.scenario.loading import Loaded, load

MARKUP = "<script>alert(1)</script>"

SMALL = f"""
schema: 1
name: "{MARKUP}"
about: "局长信箱 & <b>more</b>"
start: 2021-05-10
warm_up: 1 d
window: 7 d
cool_down: 1 d
replications: 3
seed: 5
arrivals: {{per_day: 120, by_hour: mailbox}}      # A: made up
channels: {{web: {{share: 60%}}, paper: {{share: 40%}}}}
categories: {{household: {{share: 70%}}, noise: {{share: 30%}}}}
teams:
  city: {{tier: city, staff: {{four_teams_three_shifts: 8}}, absence: 10%}}
  station: {{tier: station, units: 3, within: city, staff: {{daytime: 6}}}}
workflow:
  - sign: {{by: city, effort: {{mean: 4 min, cv: 0.8}}, priority: 0, interrupts: true}}
  - enquire: {{wait: 2 h}}
  - handle: {{by: station, effort: {{mean: 40 min, cv: 1}}}}
sla:
  signed: {{until: sign.finished, within: 10 min, target: 99%}}
  closed: {{until: closed, within: 1 d, target: 90%}}
"""


def small(folder: Path, stem: str = "small", *overrides: str) -> Loaded:
    """The mailbox as a scenario file of this name, with changes."""
    path = folder / f"{stem}.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return load(path, overrides)

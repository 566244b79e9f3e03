"""A plan as a scenario to run: a small file over the planned one, or the whole scenario where that cannot be."""

from pathlib import Path

from sim.core.json_text import to_json
from sim.planner.staffing_cells import People, Post, staffed
from sim.scenario.loading import Loaded, dump_yaml
from sim.scenario.setting import Setting


def planned_yaml(
    loaded: Loaded,
    overridden: bool,
    setting: Setting,
    posts: tuple[Post, ...],
    people: People,
    target: Path,
    name: str,
    about: str,
) -> str:
    """The text of a scenario file with the planned headcounts.

    It extends the planned scenario if that lies in the folder of `target` or below, and nothing on the command line
    changed it; else it is the whole scenario.

    Args:
        overridden: whether something besides the files decides the scenario.
        target: where the text will be written.
    """
    source, folder = Path(loaded.source).resolve(), target.resolve().parent
    if overridden or not source.is_relative_to(folder) or source == target.resolve():
        scenario = staffed(setting, posts, people).scenario
        return dump_yaml(scenario.model_copy(update={"name": name, "about": about}))
    lines = [
        f"extends: {_quoted(source.relative_to(folder).as_posix())}",
        f"name: {to_json(name)}",
        f"about: {to_json(about)}",
        "",
        "teams:",
    ]
    for team in dict.fromkeys(post.team for post in posts):
        lines += [f"  {_quoted(team)}:", *_dealt(setting, posts, team), "    staff:"]
        lines += [
            f"      {_quoted(post.roster)}: {heads}   # D: planned; it was {post.today}"
            for post, heads in zip(posts, people, strict=True)
            if post.team == team
        ]
    return "\n".join(lines) + "\n"


def _dealt(setting: Setting, posts: tuple[Post, ...], team: str) -> list[str]:
    own = setting.scenario.teams[team]
    deals = {roster: own.allocation(roster) for roster in own.staff} | {
        p.roster: p.deal for p in posts if p.team == team
    }
    if all(own.allocation(roster) == deal for roster, deal in deals.items()):
        return []
    written = ", ".join(f"{_quoted(roster)}: {deal}" for roster, deal in deals.items())
    return [f"    staff_by: {{{written}}}"]


def _quoted(text: str) -> str:
    """Text as YAML reads it back; JSON is YAML."""
    bare = text.isidentifier() and text.isascii() and text not in ("true", "false", "null")
    return text if bare else to_json(text)

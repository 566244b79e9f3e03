# ruff: noqa: E501 (a Chinese character counts as two)
"""Sentences and words of a plan, one dictionary a language with the same keys."""

from typing import Final

WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "team": "team",
        "roster": "roster",
        "today": "today",
        "plan": "plan",
        "change": "change",
        "bounds": "allowed",
        "fewest": "at least",
        "cost": "cost",
        "one fewer": "one person fewer",
        "one more": "one person more",
        "total": "all",
        "sla": "SLA",
        "target": "target",
        "now": "today, 95% interval",
        "planned": "plan, 95% interval",
        "verdict": "verdict",
        "met": "met",
        "missed": "missed",
        "unclear": "unclear",
        "at hour": "{sla}, received {hour:02}:00-{end:02}:00",
        "points": "{sla} {mean:+.2f} [{low:+.2f}, {high:+.2f}]",
        "breaks": "breaks it",
        "open": "undecided",
        "spare": "still met",
        "ending planned": "{title}: {people} people instead of {today} meet every target, shown with 95% confidence in "
        "{proved} replications with fresh seeds.",
        "ending least": "{title}: the fewest people that the bounds allow, {people}, meet every target already, shown "
        "with 95% confidence in {proved} replications with fresh seeds; nothing needs to be searched.",
        "ending unproven": "{title}: {people} people instead of {today} hold on the {sampled} replications of the "
        "search, but {proved} fresh ones did not show with 95% confidence that every target is met ({names}).",
        "ending impossible": "{title}: no plan within the bounds meets every target; with the most people that they "
        "allow, {people}, it still fails.",
        "failure": "{sla}: {compliance} in time, the target is {target}; most of its late letters are at {team}, half "
        "of them received between {hours}.",
        "failure nobody": "{sla}: {compliance} in time, the target is {target}; half of its late letters are received "
        "between {hours}.",
        "failure met": "With fresh seeds every target is met by the most people; it is the sample of the search that "
        "fails, by little. More plan.replications decide it.",
        "overworked": "The work of {teams} does not fit into the hours of the most people allowed.",
        "needed": "Beyond the bounds it would take: {posts}.",
        "needed one": "{more} more at {team} on {roster} than allowed ({people} instead of {most})",
        "never": "Eight times the people allowed would not do either: people on these rosters cannot keep the promise.",
        "saves": "That is {saved} fewer than today, at a cost of {cost} instead of {today_cost}.",
        "adds": "That is {added} more than today, at a cost of {cost} instead of {today_cost}.",
        "same": "That is as many as today, at a cost of {cost} instead of {today_cost}.",
        "bound optimal": "On the sample of {sampled} replications no staffing with a cost below {bound} holds: the "
        "search ended with proof, as far as more people never hurt.",
        "bound gap": "On the sample of {sampled} replications no staffing with a cost below {bound} holds, as far as "
        "more people never hurt; the plan costs at most {gap} more than the best one.",
        "not today": "Today's cost of {today_cost} is below that bound: no dealing of today's number of people over "
        "these rosters would do.",
        "unsteady": "In some trials more people did harm (other duty comes where somebody is on duty), so the bound may "
        "be too high.",
        "removal minimal": "No single person can be taken away: each removal breaks a target ({breaks}) or leaves one "
        "undecided at 95% ({open}).",
        "removal none": "Nobody can be taken away within the bounds.",
        "most valuable": "One more person helps most at {team} on {roster}: {points} points.",
        "effort": "{lived} replications were simulated{seconds}.",
        "in seconds": ", in {seconds:.0f} s",
        "frontier": "Compliance against cost, of the staffings that the search tried, on fresh seeds",
        "posts": "People by team and roster: today, planned, and what is allowed",
        "people": "people",
        "written": "Written: {file}",
        "folder": "Plan: {folder}",
        "about planned": "Planned: {people} people instead of {today} where staff may vary.",
        "name planned": "{title}, planned",
    },
    "zh": {
        "team": "单位",
        "roster": "班次",
        "today": "现有",
        "plan": "方案",
        "change": "增减",
        "bounds": "允许范围",
        "fewest": "至少",
        "cost": "成本",
        "one fewer": "减少一人",
        "one more": "增加一人",
        "total": "合计",
        "sla": "时限",
        "target": "目标",
        "now": "现有达标率及 95% 置信区间",
        "planned": "方案达标率及 95% 置信区间",
        "verdict": "结论",
        "met": "达标",
        "missed": "未达标",
        "unclear": "未定",
        "at hour": "{sla}（{hour:02}:00-{end:02}:00 收到）",
        "points": "{sla} {mean:+.2f} [{low:+.2f}, {high:+.2f}]",
        "breaks": "不再达标",
        "open": "未定",
        "spare": "仍达标",
        "ending planned": "{title}：用 {people} 人（现有 {today} 人）各项时限全部达标，已用 {proved} 次全新种子的重复仿真"
        "在 95% 置信度下验证。",
        "ending least": "{title}：允许范围内最少的 {people} 人即可使各项时限全部达标，已用 {proved} 次全新种子的重复仿真"
        "在 95% 置信度下验证，无须再作搜索。",
        "ending unproven": "{title}：{people} 人（现有 {today} 人）在搜索所用的 {sampled} 次重复仿真中达标，但 {proved} 次"
        "全新种子的重复仿真未能在 95% 置信度下验证各项时限（{names}）。",
        "ending impossible": "{title}：在允许范围内没有任何方案能使各项时限全部达标；即使用到允许的最多人数 {people} 人，"
        "仍不达标。",
        "failure": "{sla}：达标率 {compliance}，目标 {target}；超时来信多在{team}，其中半数收到于 {hours}。",
        "failure nobody": "{sla}：达标率 {compliance}，目标 {target}；超时来信半数收到于 {hours}。",
        "failure met": "用全新种子仿真时，最多人数使各项时限全部达标；只是搜索样本略有不足，增加 plan.replications 可以定论。",
        "overworked": "{teams}的工作量超过允许的最多人数的在岗时间。",
        "needed": "若突破允许范围，需要：{posts}。",
        "needed one": "{team}的{roster}比允许人数多 {more} 人（{people} 人，允许 {most} 人）",
        "never": "即使人数达到允许范围的八倍也不能达标：这些班次的人员无法兑现承诺。",
        "saves": "比现有少 {saved} 人，成本由 {today_cost} 变为 {cost}。",
        "adds": "比现有多 {added} 人，成本由 {today_cost} 变为 {cost}。",
        "same": "人数与现有相同，成本由 {today_cost} 变为 {cost}。",
        "bound optimal": "在 {sampled} 次重复仿真的样本上，成本低于 {bound} 的任何配置都不达标：搜索已得到证明（以增加人员"
        "不会变坏为前提）。",
        "bound gap": "在 {sampled} 次重复仿真的样本上，成本低于 {bound} 的任何配置都不达标（以增加人员不会变坏为前提）；"
        "方案成本最多比最优高 {gap}。",
        "not today": "现有成本 {today_cost} 低于这一下限：现有人数无论怎样在这些班次之间调配都不能达标。",
        "unsteady": "个别试算中增加人员反而变坏（有人在岗才有其他勤务），因此下限可能偏高。",
        "removal minimal": "再减少任何一人都不行：减一人后不再达标的有 {breaks} 处，在 95% 置信度下未定的有 {open} 处。",
        "removal none": "在允许范围内已无人可减。",
        "most valuable": "增加一人最有用的是{team}的{roster}：{points} 个百分点。",
        "effort": "共仿真 {lived} 次{seconds}。",
        "in seconds": "，用时 {seconds:.0f} 秒",
        "frontier": "达标率与成本：搜索中试过的配置，用全新种子仿真",
        "posts": "各单位各班次人数：现有、方案与允许范围",
        "people": "人数",
        "written": "已写入：{file}",
        "folder": "方案：{folder}",
        "about planned": "方案：可变人员由 {today} 人改为 {people} 人。",
        "name planned": "{title}（方案）",
    },
}


def say(lang: str, key: str, **values: object) -> str:
    """A sentence of a plan with its values filled in."""
    return WORDS[lang][key].format(**values)

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
        "hours": "still met, but the hours of work would not fit",
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
        "by weights": "{roster}, dealt by load",
        "bound optimal": "No staffing with a cost below {bound} meets every target, as far as more people never hurt: "
        "nothing is cheaper than this plan.",
        "bound gap": "No staffing with a cost below {bound} meets every target, as far as more people never hurt: the "
        "{shown} staffings that rule all of them out each miss a target with 95% confidence on fresh seeds. So at most "
        "{gap} of the plan's cost could still be saved.",
        "bound none": "That nothing cheaper than {bound} does follows from the hours of work alone; fresh seeds confirmed "
        "no better bound.",
        "not today": "Today's cost of {today_cost} is below that bound: however today's people were split over these "
        "rosters, they would not do.",
        "unsteady": "In some trials more people did harm (other duty comes where somebody is on duty), so the bound may "
        "be too high.",
        "removal minimal": "No single person can be taken away: each removal breaks a target ({breaks}) or leaves one "
        "undecided at 95% ({open}).",
        "removal hours": "No single person can be taken away: each removal breaks a target ({breaks}), leaves one "
        "undecided at 95% ({open}), or leaves fewer hours than the work takes ({held}).",
        "removal none": "Nobody can be taken away within the bounds.",
        "most valuable": "One more person helps most at {team} on {roster}: {points} points.",
        "effort": "{lived} replications were simulated{seconds}.",
        "in seconds": ", in {seconds:.0f} s",
        "frontier": "The fewest people for stricter and laxer targets, and what they keep on fresh seeds",
        "posts": "People by team and roster: today, planned, and what is allowed",
        "people": "people",
        "lateness": "lateness allowed",
        "the targets": "the targets'",
        "times": "{times} times",
        "title": "{title}: the fewest staff",
        "promises": "Each promise on fresh seeds, today and under the plan",
        "needs": "People needed and on duty by half hour of the week, today and under the plan",
        "needs title": "{team}: closed forms, unit by unit, ask for more than are on duty in {today:g} hours of the week "
        "today, in {planned:g} under the plan",
        "on duty today": "on duty today",
        "on duty planned": "on duty under the plan",
        "needed people": "needed",
        "no plan": "no plan",
        "group posts": "People by team and roster",
        "group needs": "People needed and on duty",
        "group frontier": "Compliance and people",
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
        "hours": "仍达标，但工时不够",
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
        "by weights": "{roster}（按来信量分配）",
        "bound optimal": "成本低于 {bound} 的任何配置都不能使各项时限全部达标（以增加人员不会变坏为前提）：没有比本方案更省的。",
        "bound gap": "成本低于 {bound} 的任何配置都不能使各项时限全部达标（以增加人员不会变坏为前提）：用全新种子仿真，"
        "足以排除它们的 {shown} 种配置各有一项时限在 95% 置信度下未达标。因此方案成本最多还可节省 {gap}。",
        "bound none": "仅由工作量可知成本至少为 {bound}；全新种子未能证实更高的下限。",
        "not today": "现有成本 {today_cost} 低于这一下限：现有人数无论怎样在这些班次之间调配都不能达标。",
        "unsteady": "个别试算中增加人员反而变坏（有人在岗才有其他勤务），因此下限可能偏高。",
        "removal minimal": "再减少任何一人都不行：减一人后不再达标的有 {breaks} 处，在 95% 置信度下未定的有 {open} 处。",
        "removal hours": "再减少任何一人都不行：减一人后不再达标的有 {breaks} 处，在 95% 置信度下未定的有 {open} 处，"
        "工时不够的有 {held} 处。",
        "removal none": "在允许范围内已无人可减。",
        "most valuable": "增加一人最有用的是{team}的{roster}：{points} 个百分点。",
        "effort": "共仿真 {lived} 次{seconds}。",
        "in seconds": "，用时 {seconds:.0f} 秒",
        "frontier": "目标更严或更宽时所需的最少人数，以及用全新种子仿真的达标率",
        "posts": "各单位各班次人数：现有、方案与允许范围",
        "people": "人数",
        "lateness": "允许的超时",
        "the targets": "与目标相同",
        "times": "{times} 倍",
        "title": "{title}：最少人数方案",
        "promises": "各项时限用全新种子仿真的达标率：现有与方案",
        "needs": "一周内每半小时所需与在岗人数：现有与方案",
        "needs title": "{team}：按公式逐处计算，每周在岗少于所需的时间，现有 {today:g} 小时，方案 {planned:g} 小时",
        "on duty today": "现有在岗",
        "on duty planned": "方案在岗",
        "needed people": "所需",
        "no plan": "没有方案",
        "group posts": "各单位各班次人数",
        "group needs": "所需与在岗人数",
        "group frontier": "达标率与人数",
        "written": "已写入：{file}",
        "folder": "方案：{folder}",
        "about planned": "方案：可变人员由 {today} 人改为 {people} 人。",
        "name planned": "{title}（方案）",
    },
}


def say(lang: str, key: str, **values: object) -> str:
    """A sentence of a plan with its values filled in."""
    return WORDS[lang][key].format(**values)

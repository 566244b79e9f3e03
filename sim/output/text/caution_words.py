# ruff: noqa: E501 (a Chinese character counts as two)
"""Sentences of the cautions, one dictionary a language with the same kinds."""

from typing import Final

WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "nobody ever": "Letters wait for ever at {subject} (units: {units}; {names}): nobody is ever on duty there, and "
        "there is no cover; {a_day} letters a day.",
        "overloaded": "The work of {subject} is {load_share} of its time on duty in an ordinary week: its backlog grows "
        "without end, and the figures depend on how long one looks.",
        "units overloaded": "At {subject}, the work of an ordinary week fills the time on duty of {units} of the {of} units (most: {names}, "
        "up to {load_share}): the backlog there grows without end.",
        "target of all": "A target of 100% can be missed, but never shown as met, whatever the staffing: as many letters as "
        "these ({subject}) can show at most {highest_share}.",
        "target too high": "The target of {subject}, {target_share}, is more than its letters can show as met even if every "
        "one of them is in time: {letters} in all {replications} replications together show at most {highest_share}.",
        "held back": "At {subject}, {urgent} interrupts other work, but not while {holding} waits before it, which goes "
        "first and does not interrupt.",
        "cool_down raised": "The cool-down of {typed_d} days was raised to {cool_down_d}: before that, letters that are quick "
        "would be decided and slow ones not ({subject}).",
        "cool_down lacking": "The simulation ends {cool_down_d} days after the window, {lacking_d} days too early to decide all "
        "letters of {subject}: undecided ones stand at their worst at both ends of its interval.",
        "cool_down unknown": "The simulation ends {cool_down_d} days after the window, and cannot go on until all letters of "
        "{subject} are decided: undecided ones stand at their worst at both ends of its interval.",
        "growth": "The backlog grew by {per_day} letters a day [{low}, {high}] through the window; the figures depend on how long "
        "one looks.",
        "copies": "All {replications} replications are copies of one another, since nothing here is random: they say nothing about "
        "chance, and no figure has an interval.",
        "holidays": "The make-up working days of {subject} are not known yet; its calendar is a guess. Once they are, "
        "write holidays: {{country: china, days_off: [...], working: [...]}}.",
        "regions": "Holidays of only some regions of {subject} count as working days here ({days} in all, the first: {dates}); "
        "name the region, such as holidays: {subject}-{example}.",
        "clock without holidays": "The limits of {slas} are counted in working time, but the scenario names no holidays: "
        "every day from Monday to Friday counts as a working day.",
        "zone": "The times of the trace carry the offset {zone}, which is left out: they are taken for local time.",
        "days only": "Rows of the trace that say a day and no time count at 00:00 ({rows}).",
        "trace": "{outside} of the {of} letters of the trace are outside the simulated time.",
        "trace begins late": "The trace begins {days} days after the simulation: until then no letters come.",
        "trace ends early": "The trace ends {days} days before the window does: from then on no letters come.",
        "trace gaps": "The trace has gaps of a day or more in which other weeks have letters ({gaps} in all; the longest lasts "
        "{days} days from {from}). The simulation takes them for days without letters.",
        "absence cancelled": "At {subject}, at_least {at_least} leaves the absence of {absence_share} without effect: "
        "somebody stands in for every absent person, {a_week} times a week, whom neither headcount nor cost count.",
        "stand-ins": "At {subject}, at_least {at_least} has somebody stand in for an absent person {a_week} times a week, "
        "whom neither headcount nor cost count.",
        "unused team": "No step sends letters to {subject}: its people ({people}) count in cost, and have no part in the result.",
        "long week": "On the roster {subject} a person works {hours} hours a week, more than {most}; people on it: {people}.",
        "no rest day": "On the roster {subject} a person begins a shift on every day of the week, and so has no day of rest; "
        "people on it: {people}.",
    },
    "zh": {
        "nobody ever": "{subject}（{names}，共 {units} 个单位）始终无人在岗，也没有代管，每天 {a_day} 件来信一直等待。",
        "overloaded": "平常一周，{subject}的工作量是在岗时间的 {load_share}：积压会不断增加，各项数值取决于统计多长时间。",
        "units overloaded": "平常一周，{subject}的 {of} 个单位中有 {units} 个工作量超过在岗时间（最多的是{names}，达 {load_share}），积压会不断增加。",
        "target of all": "100% 的目标可以判为未达到，但无论人员如何配置都无法证明达到：{subject}的来信数量最多可以证明 {highest_share}。",
        "target too high": "{subject}的目标 {target_share} 过高：即使全部按时，{replications} 次仿真合计 {letters} 件来信最多只能证明 {highest_share}。",
        "held back": "在{subject}，{urgent}可以打断其他工作，但当{holding}排在前面等待时不能，因为后者优先而不打断别人。",
        "cool_down raised": "cool_down 由 {typed_d} 天延长到 {cool_down_d} 天：否则办得快的来信已有结果，办得慢的还没有（{subject}）。",
        "cool_down lacking": "统计期后 {cool_down_d} 天仿真即结束，比{subject}全部来信有结果早 {lacking_d} 天：尚无结果的来信在置信区间两端均按最不利情形计入。",
        "cool_down unknown": "统计期后 {cool_down_d} 天仿真即结束，{subject}的部分来信到那时仍无结果：在置信区间两端均按最不利情形计入。",
        "growth": "统计期内积压每天增加 {per_day} 件 [{low}, {high}]，各项数值取决于统计多长时间。",
        "copies": "{replications} 次仿真互为副本（此情景中没有随机因素），无法反映偶然性，各项数值均没有置信区间。",
        "holidays": "{subject} 年的调休安排尚未公布，日历只是推测。公布后请写明 holidays: {{country: china, days_off: [...], working: [...]}}。",
        "regions": "仿真期内有 {days} 天只在 {subject} 的部分地区放假，此处按工作日计（最早的是 {dates}）；请写明地区，如 holidays: {subject}-{example}。",
        "clock without holidays": "{slas}按工作时间计算，但情景没有给出节假日：周一至周五都算工作日。",
        "zone": "记录中的时间带有时区 {zone}，已略去，按当地时间计。",
        "days only": "记录中有 {rows} 行只有日期没有时刻，按 0 时计。",
        "trace": "记录中的 {of} 件来信有 {outside} 件不在仿真时间内。",
        "trace begins late": "记录比仿真晚 {days} 天开始，此前没有来信。",
        "trace ends early": "记录比统计期早 {days} 天结束，此后没有来信。",
        "trace gaps": "记录中有 {gaps} 段一天以上的空白，而其他各周同一时段都有来信；最长的一段从 {from} 起，共 {days} 天。仿真把它们当作没有来信的日子。",
        "absence cancelled": "{subject}的 at_least 为 {at_least}，使 {absence_share} 的缺勤不起作用：每次缺勤都有人顶班，每周 {a_week} 人次，既不计入编制也不计入成本。",
        "stand-ins": "{subject}的 at_least 为 {at_least}，每周有 {a_week} 人次顶替缺勤人员，既不计入编制也不计入成本。",
        "unused team": "没有任何环节由{subject}办理：其 {people} 人计入成本，对结果没有影响。",
        "long week": "{subject}每人每周工作 {hours} 小时，超过 {most} 小时；共 {people} 人。",
        "no rest day": "{subject}每人每天都要上班，没有休息日；共 {people} 人。",
    },
}

"""Words of a comparison, one dictionary a language with the same keys."""

from typing import Final

WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "heading": "{staffings} staffings met the same letters in {replications} replications",
        "staffing": "staffing",
        "headcount": "staff",
        "cost": "cost",
        "sla": "SLA",
        "against": "Against {base}, replication by replication",
        "difference": "difference, 95% interval",
        "verdict": "verdict",
        "better": "better",
        "worse": "worse",
        "no difference shown": "no difference shown",
        "no difference seen": "no difference seen",
        "mixed": "better and worse",
        "no targets": "No SLA has a target, so none is called best.",
        "no letters": "No SLA with a target has letters, so no target is judged and none is called best.",
        "best holds": "Best is {best}: it meets every target with {headcount} staff; {base} falls short by "
        "{base_short} points.",
        "best unclear": "Best is {best} with {headcount} staff, but at 95% confidence {missed} is open; "
        "{base} falls short by {base_short} points.",
        "best misses": "None meets every target. Closest is {best}: {missed} missed, {short} points short in all; "
        "{base} is {base_short} points short.",
        "base best holds": "None is better than the base: {best} meets every target with {headcount} staff.",
        "base best unclear": "None is closer to the targets than the base, {best}, but at 95% confidence {missed} is "
        "open.",
        "base best misses": "None meets every target, and none is closer than the base, {best}: {missed} missed, "
        "{short} points short in all.",
        "pair better": "{other} is better than {base}{facts}.",
        "pair worse": "{other} is worse than {base}{facts}.",
        "pair mixed": "{other} is better than {base} in some promises and worse in others{facts}.",
        "pair no difference shown": "{other}: no difference from {base} is shown.",
        "pair no difference seen": "{other}: no difference from {base} was seen in any replication.",
        "facts": ": {facts}",
        "dominated": "{other} is dominated by {by}, which is no dearer, not shown worse in anything, and better or "
        "cheaper in something.",
        "narrowed": "Meeting the same letters made the intervals of the differences {least} to {most} times as narrow "
        "as letters of their own would have.",
        "differing": "Beware: the letters are not the same, for {parts} differ; a difference is not one of staffing "
        "alone.",
        "caution": "Warning: ",
        "caution of some": "Warning for {names}: ",
        "one replication": "One replication alone has no interval; take at least two.",
    },
    "zh": {
        "heading": "{staffings} 个人员方案面对相同来信，重复仿真 {replications} 次",
        "staffing": "方案",
        "headcount": "人数",
        "cost": "成本",
        "sla": "时限",
        "against": "与{base}逐次配对对比",
        "difference": "差值及 95% 置信区间",
        "verdict": "结论",
        "better": "更好",
        "worse": "更差",
        "no difference shown": "无明显差别",
        "no difference seen": "未见差别",
        "mixed": "有好有差",
        "no targets": "各项时限均未设目标，不评最优。",
        "no letters": "设有目标的时限均无来信，不作结论，不评最优。",
        "best holds": "最优方案是 {best}：{headcount} 人即可全部达标；{base} 距目标共差 {base_short} 个百分点。",
        "best unclear": "最优方案是 {best}（{headcount} 人），但在 95% 置信度下{missed}未定；{base} 距目标共差 "
        "{base_short} 个百分点。",
        "best misses": "没有方案能全部达标。最接近的是 {best}：{missed}未达标，距目标共差 {short} 个百分点；"
        "{base} 共差 {base_short} 个百分点。",
        "base best holds": "没有方案优于基准方案：{best} 以 {headcount} 人全部达标。",
        "base best unclear": "没有方案比基准方案 {best} 更接近目标，但在 95% 置信度下{missed}未定。",
        "base best misses": "没有方案能全部达标，也没有方案比基准方案 {best} 更接近目标：{missed}未达标，"
        "距目标共差 {short} 个百分点。",
        "pair better": "{other} 优于 {base}{facts}。",
        "pair worse": "{other} 差于 {base}{facts}。",
        "pair mixed": "{other} 与 {base} 相比有好有差{facts}。",
        "pair no difference shown": "{other} 与 {base} 无明显差别。",
        "pair no difference seen": "{other} 与 {base} 在各次仿真中未见差别。",
        "facts": "：{facts}",
        "dominated": "{other} 不如 {by}：后者成本不高于它，没有一项明显更差，且有更好或更省之处。",
        "narrowed": "由于面对相同来信，差值的置信区间缩小到各自来信时的 {least} 至 {most} 分之一。",
        "differing": "注意：各方案来信不同（{parts}不同），差别并非仅由人员配置造成。",
        "caution": "注意：",
        "caution of some": "注意（{names}）：",
        "one replication": "只有一次重复仿真，没有置信区间；请至少仿真两次。",
    },
}


def say(lang: str, key: str, **values: object) -> str:
    """A text of a comparison with its values filled in."""
    return WORDS[lang][key].format(**values)

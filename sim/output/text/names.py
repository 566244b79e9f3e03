"""What well-known names of scenarios are called in Chinese; others stay as they are written."""

from typing import Final

WEEKDAYS: Final[dict[str, tuple[str, ...]]] = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
}

MOMENTS_ZH: Final = {"queued": "开始排队", "started": "开始", "finished": "完成"}
"""The moments of a step."""

NAMES_ZH: Final = {
    # letters
    "letter": "来信", "writer": "来信人", "channel": "渠道", "category": "类别", "key_letter": "重点信件",
    "repeat_letter": "重复来信", "prompt_sheet": "工作提示单", "hang_list": "挂账",
    # steps and promises
    "received": "收到", "accept": "受理", "accepted": "受理", "sign": "签收", "signed": "签收", "triage": "研判分类",
    "dispatch": "流转", "assign": "交办", "assigned": "交办", "return_order": "退单", "referral": "转办",
    "refer": "转办", "merge": "并案", "contact": "联系来信人", "contacted": "联系来信人", "no_answer": "未接通重拨",
    "enquire": "了解核实", "look_into": "初步调查", "feedback": "反馈", "first_feedback": "首次反馈",
    "settle": "落实", "handle": "办理", "track": "盯办", "supervise": "督办", "extension": "延期", "overdue": "超期",
    "closure_form": "填办结单", "close_form": "填办结单", "approve": "一把手审批", "chief_approval": "一把手审批",
    "close": "办结", "closed": "办结", "closed_slow": "办结（复杂类）", "answered": "答复", "replied": "答复",
    "await_callback": "回访前等待", "callback": "回访", "not_reached": "回访未接通", "revisit": "回头看",
    "rework": "重办", "not_accepted": "群众不认可", "reading": "领导阅信", "director_reading": "局长读信",
    "recap": "复盘例会", "serve": "服务", "started": "开始服务", "other duty": "其他勤务",
    # places and people
    "province": "省厅", "city": "市局", "county": "县局", "branch": "分局", "station": "派出所", "unit": "办理单位",
    "functional": "警种支队", "functional_unit": "警种支队", "squad": "专班", "duty_room": "值班室", "front": "前台",
    "desk": "受理席", "chief": "一把手", "leader": "主要领导", "director": "局长", "town": "乡镇",
    # rosters
    "office": "行政班", "daytime": "日班", "evening": "晚班", "always": "常设席位",
    "four_teams_three_shifts": "四班三运转", "four_teams_two_shifts": "四班两倒",
    "three_teams_two_shifts": "三班两运转", "duty_24_48": "上24休48",
    "monday_meeting": "周一例会", "friday_meeting": "周五例会",
    # categories
    "household": "户政", "traffic": "交通", "exit_entry": "出入境", "noise": "噪音扰民", "case": "执法办案",
    "tip": "线索举报", "conduct": "作风纪律", "suggestion": "意见建议", "matter": "一般事项", "event": "突发事件",
    # channels
    "wechat": "微信", "web": "网页", "website": "网站", "weibo": "微博", "paper": "信件", "email": "邮件",
    "text_message": "短信", "short_video": "短视频", "mini_program": "小程序", "mailbox": "信箱", "visit": "来访",
    "community_visit": "社区走访", "message_board": "留言板", "suggestion_box": "意见箱", "petition_office": "信访部门",
    "hotline_110": "110 热线", "hotline_12345": "12345 热线",
    # districts of Shenzhen and cities of Guangdong
    "Baoan": "宝安", "Longgang": "龙岗", "Longhua": "龙华", "Nanshan": "南山", "Futian": "福田", "Luohu": "罗湖",
    "Guangming": "光明", "Pingshan": "坪山", "Yantian": "盐田", "Dapeng": "大鹏",
    "Guangzhou": "广州", "Shenzhen": "深圳", "Zhuhai": "珠海", "Shantou": "汕头", "Foshan": "佛山", "Shaoguan": "韶关",
    "Heyuan": "河源", "Meizhou": "梅州", "Huizhou": "惠州", "Shanwei": "汕尾", "Dongguan": "东莞", "Zhongshan": "中山",
    "Jiangmen": "江门", "Yangjiang": "阳江", "Zhanjiang": "湛江", "Maoming": "茂名", "Zhaoqing": "肇庆",
    "Qingyuan": "清远", "Chaozhou": "潮州", "Jieyang": "揭阳", "Yunfu": "云浮",
}  # fmt: skip
"""Names of teams, units, steps, SLAs, rosters, categories and channels."""

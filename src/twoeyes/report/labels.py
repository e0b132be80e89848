"""The words of the report, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping


def _both(en: str, zh: str) -> Mapping[str, str]:
    return {"en": en, "zh": zh}


PAGE: Mapping[str, Mapping[str, str]] = {
    "head": _both("least-cost plan under your stance", "所选立场下的最低成本方案"),
    "known": _both("as known on", "信息截至"),
    "log_to": _both("log read to", "公告日志读至"),
    "digest": _both("data digest", "数据摘要"),
    "chips_bought": _both("chips bought or rented", "购入或租用芯片"),
    "total_cost": _both("cost to the end of the training", "至训练结束的成本"),
    "gap": _both("proven gap", "已证间隙"),
    "ends": _both("training ends", "训练结束"),
    "to": _both("to", "至"),
    "year_late": _both("over a year late", "晚一年以上"),
    "weakest": _both("of the work survives the worst required veto", "的工作量可承受最坏的必检断供"),
    "stance": _both("Stance", "立场"),
    "assumed": _both("Assumed", "假设"),
    "of_spend": _both("of the spend", "的支出"),
    "what_when": _both("What to buy, and when", "买什么、何时买"),
    "system": _both("System", "系统"),
    "units": _both("Units", "台数"),
    "chips": _both("Chips", "芯片"),
    "place": _both("Place", "地点"),
    "order": _both("Order", "下单"),
    "entry": _both("Entry", "入境"),
    "use": _both("In use", "启用"),
    "basis": _both("Rests on", "依据"),
    "rent": _both("rented", "租用"),
    "mode": _both("The training runs on", "训练运行于"),
    "chart_chips": _both("Chips in use", "在用芯片"),
    "chips_in_use": _both("chips in use", "在用芯片"),
    "law": _both("What the law says of each purchase", "各项采购的法律状态"),
    "jurisdiction": _both("Jurisdiction", "法域"),
    "act": _both("Act", "行为"),
    "day": _both("Day", "日期"),
    "letter": _both("By the letter", "按条文"),
    "practice": _both("In practice", "按实践"),
    "rules": _both("Rules and announcements", "规则与公告"),
    "speed": _both("How fast", "速度"),
    "rate": _both("tokens/s a chip", "每芯片 token/秒"),
    "range": _both("range", "范围"),
    "strategy": _both("Strategy", "并行策略"),
    "cost": _both("Cost, line by line", "成本明细"),
    "line": _both("Line", "项目"),
    "year": _both("Year", "年度"),
    "once": _both("hardware", "硬件"),
    "source": _both("Source", "来源"),
    "total": _both("Total", "合计"),
    "usd_m": _both("USD million", "百万美元"),
    "veto": _both("If one actor cuts you off", "若某一方断供"),
    "veto_note": _both(
        "Share of the training delivered by its finish if the actor stops all new supply from that day on; chips "
        "delivered and rent running before it go on, less attrition without spares. * marks days on which the case "
        "requires a share.",
        "若某一方自该日起停止一切新供货，至期末仍能完成的训练份额；此前交付的芯片与已起租者继续运行，扣除无备件损耗。"
        "* 为本案要求份额的日期。",
    ),
    "actor": _both("Actor", "主体"),
    "from_day": _both("from", "自"),
    "why": _both("Why", "原因"),
    "frontier": _both("What resilience costs", "韧性的代价"),
    "chart_frontier": _both(
        "Least cost at which the share survives every single required veto", "在任一必检断供下保住该份额的最低成本"
    ),
    "share_axis": _both("share of the training that survives any single required veto", "任一必检断供下保住的训练份额"),
    "out_of_reach": _both("out of reach from here", "由此起不可达"),
    "binds": _both("What binds", "起约束作用者"),
    "limit": _both("Limit", "限制"),
    "used": _both("Used", "已用"),
    "most": _both("Most", "上限"),
    "unit": _both("Unit", "单位"),
    "lost": _both("What was not bought, and why", "未购买者及原因"),
    "offer": _both("Offer", "报价"),
    "sources": _both("Sources", "来源"),
}

"""Plans and replays in words, for a terminal, in English and Chinese. No number is made here, only printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twoeyes.plan.result import NOT_LEGAL_ADVICE, Plan, Purchase

if TYPE_CHECKING:
    from twoeyes.plan.replays import Outcome, Replay

BASIS = {
    "open": {"en": "no licence requirement found", "zh": "未发现许可要求"},
    "exception": {"en": "licence exception, on its conditions", "zh": "许可例外（须满足所列条件）"},
    "non_enforcement": {
        "en": "rests on non-enforcement: the text still asks a licence; the issuer has said it does not enforce it; "
        "that can be withdrawn",
        "zh": "依赖“不执行”声明：条文仍要求许可；发布机关表示不执行；该表态可撤回",
    },
    "licence": {"en": "licence required, none granted by this answer", "zh": "须许可（本答复不构成许可）"},
    "held": {"en": "held: facts missing", "zh": "搁置：缺少事实"},
}
SHORT = {
    "open": {"en": "no licence requirement found", "zh": "未发现许可要求"},
    "exception": {"en": "licence exception", "zh": "许可例外"},
    "non_enforcement": {"en": "non-enforcement", "zh": "不执行声明"},
    "licence": {"en": "a licence still to be granted", "zh": "待授予的许可"},
    "held": {"en": "held: facts missing", "zh": "搁置：缺少事实"},
}
READING = {
    "letter": {"en": "by the letter", "zh": "按条文"},
    "letter_except_published_nonenforcement": {
        "en": "letter less published non-enforcement",
        "zh": "条文，除公开不执行者",
    },
    "letter_and_practice_gravest": {"en": "graver of letter and practice", "zh": "条文与实践取重"},
}
REASON = {
    "not offered here": {"en": "not offered here", "zh": "此地无供应"},
    "not announced": {"en": "not announced", "zh": "尚未发布"},
    "stance": {"en": "not lawful under your stance", "zh": "不符合所选立场"},
    "too late": {"en": "too late", "zh": "来不及"},
    "too small": {"en": "too small for the job", "zh": "规模不足"},
    "costs more": {"en": "costs more", "zh": "成本更高"},
    "does not mix": {"en": "mixing it in would cost more than it saves", "zh": "混用得不偿失"},
}
WORDS = {
    "head": {"en": "Least-cost plan under your stance", "zh": "所选立场下的最低成本方案"},
    "known": {"en": "as known on", "zh": "信息截至"},
    "buy": {"en": "Buy", "zh": "购买"},
    "cost": {"en": "Cost", "zh": "成本"},
    "train": {"en": "Training", "zh": "训练"},
    "veto": {"en": "If one actor cuts you off", "zh": "若某一方断供"},
    "binding": {"en": "What binds", "zh": "约束"},
    "lost": {"en": "What was not bought", "zh": "未购买者"},
    "assumed": {"en": "Assumed", "zh": "假设"},
    "total": {"en": "total", "zh": "合计"},
}


def millions(usd: float) -> str:
    """US dollars in millions, one decimal."""
    return f"USD {usd / 1e6:,.1f} M"


def plan_in_words(plan: Plan, lang: str) -> str:
    """The whole plan as text."""
    word = {key: entry[lang] for key, entry in WORDS.items()}
    lines = [
        f"{word['head']}: {plan.case}, {word['known']} {plan.known} (log read to {plan.horizon})",
        NOT_LEGAL_ADVICE[lang],
        *_spend_notes(plan, lang),
        "",
        f"{word['buy']} ({millions(plan.usd)}, gap {plan.gap:.2%})",
        *(_purchase_line(purchase, lang) for purchase in plan.purchases),
        "",
        _training_line(plan, word["train"]),
        "",
        word["cost"],
        *(f"  {line.label + (f' {line.year}' if line.year else ''):<44}{line.usd:>16,.0f}" for line in plan.cost_lines),
        f"  {word['total']:<44}{sum(line.usd for line in plan.cost_lines):>16,.0f}",
        "",
        word["veto"],
        *_veto_lines(plan),
        "",
        word["binding"],
        *(f"  {item.limit}: {item.used:,.4g} of {item.most:,.4g} {item.unit}" for item in plan.binding),
        "",
        word["lost"],
        *(f"  {item.offer}: {REASON[item.reason][lang]}: {item.detail}" for item in plan.lost),
        "",
        word["assumed"],
        *(f"  - {getattr(text, lang)}" for text in plan.assumptions),
    ]
    return "\n".join(lines)


def _training_line(plan: Plan, word: str) -> str:
    span = f"{plan.finish_low} to {plan.finish_high} over the range of speed"
    return f"{word}: {plan.mode}, {plan.start} to {plan.finish} ({span})"


def _spend_notes(plan: Plan, lang: str) -> list[str]:
    notes = []
    for basis in ("non_enforcement", "licence", "held"):
        share = plan.share_of_spend(basis)
        if share:
            notes.append(f"{share:.0%} {'of the spend' if lang == 'en' else '的支出'}: {BASIS[basis][lang]}")
    return notes


def _purchase_line(purchase: Purchase, lang: str) -> str:
    lot = purchase.lot
    return (
        f"  {purchase.units:>5,} x {lot.system:<16}{purchase.chips:>7,} chips  {lot.place:<8} order {lot.order}"
        f"  entry {lot.entry}  use {lot.use_from}  {millions(purchase.usd):>12}  {SHORT[lot.basis][lang]}"
    )


def _veto_lines(plan: Plan) -> list[str]:
    starts = sorted({row.start for row in plan.vetoes})
    lines = [f"  {'':<16}" + "".join(f"{start!s:>14}" for start in starts)]
    for actor in dict.fromkeys(row.actor for row in plan.vetoes):
        shares = {row.start: row for row in plan.vetoes if row.actor == actor}
        cells = "".join(f"{shares[start].share:>13.0%}{'*' if shares[start].required else ' '}" for start in starts)
        lines.append(f"  {actor:<16}{cells}")
    required = sorted({row.required for row in plan.vetoes if row.required is not None})
    if required:
        lines.append(f"  * at least {required[0]:.0%} of the training must still be done")
    return lines


def replay_in_words(replay: Replay, lang: str) -> str:
    """Plans side by side for each reading, then what each announcement moved."""
    blocks = []
    for reading in dict.fromkeys(outcome.reading for outcome in replay.outcomes):
        outcomes = [outcome for outcome in replay.outcomes if outcome.reading == reading]
        blocks += [f"{replay.case}, {replay.jurisdiction} {READING[reading][lang]}", *_side_by_side(outcomes), ""]
    for before, after, items in replay.moved:
        blocks.append(f"{before} -> {after}")
        if not items:
            blocks.append("  no announcement in the log between the two days")
        for item in items:
            title = item.title_zh if lang == "zh" and item.title_zh else item.title
            blocks.append(f"  {item.announced} {title}")
            blocks += [f"      moved {line}" for line in item.lines] or [
                f"      moved nothing in this case, because {item.why_not}"
            ]
        blocks.append("")
    return "\n".join([*blocks, NOT_LEGAL_ADVICE[lang]])


def _side_by_side(outcomes: list[Outcome]) -> list[str]:
    width = 30
    keys = list(dict.fromkeys(key for outcome in outcomes for key in outcome.bill))
    head = f"  {'known':<{width + 14}}" + "".join(f"{outcome.known!s:>14}" for outcome in outcomes)
    rows = [
        f"  {key[: width + 13]:<{width + 14}}"
        + "".join(f"{outcome.bill.get(key, 0) or '-':>14}" for outcome in outcomes)
        for key in sorted(keys)
    ]
    totals = [
        ("cost, USD M", [f"{o.plan.usd / 1e6:,.1f}" if o.plan else "none" for o in outcomes]),
        ("training ends", [str(o.plan.finish) if o.plan else "-" for o in outcomes]),
        (
            "on non-enforcement",
            [f"{o.plan.share_of_spend('non_enforcement'):.0%}" if o.plan else "-" for o in outcomes],
        ),
        ("behind a licence", [f"{o.plan.share_of_spend('licence'):.0%}" if o.plan else "-" for o in outcomes]),
        ("weakest required veto", [_weakest(o) for o in outcomes]),
    ]
    lines = [f"  {name:<{width + 14}}" + "".join(f"{cell:>14}" for cell in cells) for name, cells in totals]
    errors = [f"  {o.known}: {o.error}" for o in outcomes if o.error]
    return [head, *rows, *lines, *errors]


def _weakest(outcome: Outcome) -> str:
    if outcome.plan is None:
        return "-"
    rows = [row for row in outcome.plan.vetoes if row.required is not None]
    return f"{min(row.share for row in rows):.0%}" if rows else "-"

"""A landed cost in words and in JSON. No arithmetic."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from twoeyes.trade.duties import Layer

if TYPE_CHECKING:
    from twoeyes.trade.landed import LandedCost

_STATUS = {
    "en": {"applied": "applied", "displaced": "displaced", "exempt": "exempt", "undecided": "undecided"},
    "zh": {"applied": "适用", "displaced": "被取代", "exempt": "豁免", "undecided": "未定"},
}
_WORDS = {
    "en": {
        "head": "{goods}  origin {origin} -> importer {to}  on {on}, known {known}",
        "beyond": "The log was read to {horizon}: what was announced after that day is not in this answer.",
        "total": "Duty: {pct} % of customs value, on the facts stated",
        "floor": "Duty: unknown; a rate that applies is not yet set. At least {low} %",
        "range": "Range over what is not stated: {low} to {high} %",
        "open": "no bound",
        "missing": "Facts that would decide it: {facts}",
        "refund": "Of this, {pct} points were levied under orders that a court has since voided: refund possible",
        "vat": "Import tax, apart: {pct} % (cash, normally recovered)",
        "by": "by {by}",
        "opened": "needs {facts}",
        "known": "known {day}",
        "fees": "Fees",
        "money": "US dollars (customs value {basis}: {value})",
        "landed": "total landed, without import tax",
        "tax": "import tax, cash",
        "assumed": "Assumed: {what}",
        "FOB value": "FOB value",
        "freight": "freight",
        "insurance": "insurance",
        "origin_rule": "Origin follows substantial transformation, not shipment.",
    },
    "zh": {
        "head": "{goods}  原产地 {origin} -> 进口方 {to}  日期 {on}，所知截至 {known}",
        "beyond": "法规日志截至{horizon}：其后公布者未计入。",
        "total": "关税：完税价格的{pct}%（按所给事实）",
        "floor": "关税：未知，适用税率尚未公布；至少{low}%",
        "range": "未给事实下的范围：{low}至{high}%",
        "open": "无上限",
        "missing": "可定案的事实：{facts}",
        "refund": "其中{pct}个百分点所依命令其后被法院判定无效：可能退税",
        "vat": "进口环节税（另计）：{pct}%（现金，通常可抵扣）",
        "by": "因{by}",
        "opened": "尚需{facts}",
        "known": "{day}公布",
        "fees": "规费",
        "money": "美元（完税价格 {basis}：{value}）",
        "landed": "到岸总额，不含进口环节税",
        "tax": "进口环节税，现金",
        "assumed": "假定：{what}",
        "FOB value": "离岸价",
        "freight": "运费",
        "insurance": "保险费",
        "origin_rule": "原产地取决于实质性改变，与发运地无关。",
    },
}


def explained(cost: LandedCost, lang: str) -> str:
    """The answer as text in `en` or `zh`."""
    words = _WORDS.get(lang, _WORDS["en"])
    lines = [_head(cost, words, lang)]
    if cost.on > cost.horizon or cost.known > cost.horizon:
        lines.append(words["beyond"].format(horizon=cost.horizon))
    lines += ["", _total(cost, words), *_doubt(cost, words), ""]
    lines += [_line(layer, words, lang) for layer in cost.layers]
    if cost.fees:
        lines += ["", words["fees"], *[_line(fee, words, lang) for fee in cost.fees]]
    lines += ["", words["vat"].format(pct=f"{cost.vat_pct:g}"), *_money(cost, words)]
    lines += [words["assumed"].format(what=(what.zh if lang == "zh" else "") or what.en) for what in cost.assumed]
    if cost.from_ is not None and cost.from_ != cost.origin:
        lines.append(words["origin_rule"])
    return "\n".join(lines)


def layer_row(layer: Layer) -> dict[str, Any]:
    """One layer as a flat row."""
    row = asdict(layer)
    row["open"] = list(layer.open)
    return row


def payload(cost: LandedCost) -> dict[str, Any]:
    """The answer as JSON values."""
    found = {name: getattr(cost, name) for name in cost.__dataclass_fields__}
    found["from"] = found.pop("from_")
    found["unknown"] = cost.unknown
    found["places"] = {code: name.model_dump() for code, name in cost.places.items()}
    found["layers"] = [layer_row(layer) for layer in cost.layers]
    found["fees"] = [layer_row(fee) for fee in cost.fees]
    found["assumed"] = [what.model_dump() for what in cost.assumed]
    found["money"] = None if cost.money is None else asdict(cost.money)
    return {name: _plain(value) for name, value in found.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _head(cost: LandedCost, words: dict[str, str], lang: str) -> str:
    goods = cost.hts if cost.item is None else f"{cost.item} ({cost.hts})"
    named = {code: f"{code} ({(name.zh if lang == 'zh' else '') or name.en})" for code, name in cost.places.items()}
    return words["head"].format(goods=goods, origin=named[cost.origin], to=named[cost.to], on=cost.on, known=cost.known)


def _total(cost: LandedCost, words: dict[str, str]) -> str:
    if cost.total_pct is None:
        return words["floor"].format(low=f"{cost.low:g}")
    return words["total"].format(pct=f"{cost.total_pct:g}")


def _doubt(cost: LandedCost, words: dict[str, str]) -> list[str]:
    lines = []
    if cost.total_pct is not None and cost.low != cost.high:
        high = words["open"] if cost.high is None else f"{cost.high:g}"
        lines.append(words["range"].format(low=f"{cost.low:g}", high=high))
    if cost.missing:
        lines.append(words["missing"].format(facts=", ".join(cost.missing)))
    if cost.refundable_pct:
        lines.append(words["refund"].format(pct=f"{cost.refundable_pct:g}"))
    return lines


def _line(layer: Layer, words: dict[str, str], lang: str) -> str:
    status = _STATUS.get(lang, _STATUS["en"])[layer.status]
    pct = "?" if layer.pct is None else f"{layer.pct:g}"
    why = words["by"].format(by=layer.by) if layer.by else ""
    if layer.open:
        why = words["opened"].format(facts=", ".join(layer.open))
    cited = "; ".join(dict.fromkeys(part for part in (layer.heading, layer.citation) if part))
    known = words["known"].format(day=layer.known_from)
    return "  ".join(
        part for part in (f"{pct:>7} %  {layer.name:<24} {status}", why, cited, known, layer.event) if part
    )


def _money(cost: LandedCost, words: dict[str, str]) -> list[str]:
    if cost.money is None:
        return []
    money = cost.money
    lines = ["", words["money"].format(basis=money.basis.upper(), value=f"{money.customs_value:,.2f}")]
    lines += [f"{line.usd:>16,.2f}  {words.get(line.label, line.label):<24} {line.basis}" for line in money.lines]
    return [
        *lines,
        f"{money.total:>16,.2f}  {words['landed']}",
        f"{money.vat:>16,.2f}  {words['tax']}",
    ]

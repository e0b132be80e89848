"""A verdict as text in English or Chinese, and as plain JSON values. States what was tried; advises nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from twoeyes.facts.tables import load_catalogue
from twoeyes.facts.vocabulary import vocabulary
from twoeyes.law.facts import Value
from twoeyes.law.labels import Language, label
from twoeyes.law.verdict import Finding, Ruling, Used, Verdict, summary

_WORDS: dict[str, dict[Language, str]] = {
    "known": {"en": "as known on", "zh": "按此日所知"},
    "beyond": {
        "en": "The log was read to {read}; the day asked lies {days} days beyond it, so later rules may be missing.",
        "zh": "日志读至{read}；所问日期晚于其{days}天，其后的规则可能缺失。",
    },
    "letter": {"en": "by the letter", "zh": "按条文"},
    "practice": {"en": "in practice", "zh": "按实践"},
    "range": {"en": "between", "zh": "介于"},
    "decide": {"en": "would decide", "zh": "可决定结果的事实"},
    "not_enforced": {
        "en": "the text still asks this; its issuer has said that it does not enforce it, which can be withdrawn",
        "zh": "条文仍有此要求；发布方已表示不执行，且该表示可撤回",
    },
    "conditions": {"en": "conditions", "zh": "条件"},
    "tried": {"en": "rules tried", "zh": "所试规则"},
    "holds_for": {"en": "this answer holds from {since} to before {until}", "zh": "本答复适用于{since}至{until}之前"},
    "no_end": {"en": "no later change is known", "zh": "未知有后续变化"},
    "then": {"en": "then", "zh": "其后"},
    "no_table": {"en": "this jurisdiction's law is not in the log", "zh": "该法域的法律未录入日志"},
    "assumed": {"en": "assumed, not stated", "zh": "未述明而作的假定"},
    "conflict": {
        "en": "Rules conflict. This tool chooses neither. "
        "Counsel in both places must decide before any step or message.",
        "zh": "规则相互冲突。本工具不作选择。采取任何步骤或发出任何信息之前，须由双方法域的律师判断。",
    },
    "no_advice": {"en": "No legal advice.", "zh": "不构成法律意见。"},
}
_STATES: dict[str, dict[Language, str]] = {
    "holds": {"en": "holds", "zh": "成立"},
    "undecided": {"en": "undecided", "zh": "未定"},
    "displaced": {"en": "displaced by another rule", "zh": "被其他规则取代"},
    "does not hold": {"en": "does not hold", "zh": "不成立"},
    "suspended": {"en": "suspended", "zh": "暂停"},
    "not yet in force": {"en": "not yet in force", "zh": "尚未生效"},
}
NEAR = 0.05


def explain(verdict: Verdict, lang: Language = "en") -> str:
    """The whole verdict as lines of text."""
    return "\n".join(_lines(verdict, lang))


def _lines(verdict: Verdict, lang: Language) -> Iterator[str]:
    if verdict.days_beyond:
        yield _WORDS["beyond"][lang].format(read=verdict.law_read_to, days=verdict.days_beyond)
    tx = verdict.transaction
    route = " -> ".join(_place(place, lang) for place in (tx.from_, tx.to) if place)
    yield f"{tx.item} {tx.action} {route} {verdict.on} ({_WORDS['known'][lang]} {verdict.known})"
    for ruling in verdict.rulings:
        yield from _ruling(ruling, lang)
    if conflict(verdict):
        yield _WORDS["conflict"][lang]
    if verdict.assumed:
        yield f"{_WORDS['assumed'][lang]}: " + "; ".join(_named(verdict, fact, lang) for fact in verdict.assumed)
    yield _WORDS["no_advice"][lang]


def _place(code: str, lang: Language) -> str:
    """A place as code and name, so that nobody reads CH as China."""
    place = load_catalogue().places.get(code.upper())
    return f"{place.id} ({place.name_zh if lang == 'zh' else place.name})" if place else code


def _named(verdict: Verdict, fact: str, lang: Language) -> str:
    known = vocabulary().get(fact)
    if known is None:
        return fact
    meaning = known.meaning_en if lang == "en" else known.meaning_zh
    return f"{meaning} = {_shown(verdict.facts[fact])}"


def conflict(verdict: Verdict) -> bool:
    """Whether one side presumes the act a breach while another's law bears on whoever obeys that."""
    return any(ruling.rebuttable for ruling in verdict.rulings)


def _ruling(ruling: Ruling, lang: Language) -> Iterator[str]:
    yield ""
    for track, status, ends in (
        ("letter", ruling.letter, ruling.letter_range),
        ("practice", ruling.practice, ruling.practice_range),
    ):
        text = label(status, lang, rebuttable=ruling.rebuttable)
        if ends[0] != ends[1]:
            text += f" ({_WORDS['range'][lang]} {label(ends[0], lang)} / {label(ends[1], lang)})"
        yield f"{ruling.jurisdiction} {_WORDS[track][lang]}: {text}"
    if not ruling.has_table:
        yield f"  {_WORDS['no_table'][lang]}"
    if ruling.unknown:
        yield f"  {_WORDS['decide'][lang]}: {', '.join(_meaning(fact, lang) for fact in ruling.unknown)}"
        for answer in ruling.answers:
            given = ", ".join(f"{fact} = {_shown(value)}" for fact, value in answer.facts.items())
            yield f"    {given}: {label(answer.letter, lang)} / {label(answer.practice, lang)}"
    for rule in ruling.not_enforced:
        yield f"  {rule}: {_WORDS['not_enforced'][lang]}"
    for english, chinese in ruling.conditions:
        yield f"  {_WORDS['conditions'][lang]}: {chinese if lang == 'zh' and chinese else english}"
    if ruling.findings:
        yield f"  {_WORDS['tried'][lang]}:"
        yield from (f"    {_finding(finding, lang)}" for finding in ruling.findings)
    if ruling.outlook is not None:
        yield f"  {_outlook(ruling, lang)}"


def _finding(finding: Finding, lang: Language) -> str:
    near = [_near(used) for used in finding.used if used.own and used.margin is not None and abs(used.margin) <= NEAR]
    note = finding.note[1] if lang == "zh" and finding.note[1] else finding.note[0]
    head = f"{finding.rule}: {_STATES[finding.state][lang]}"
    parts = [head, finding.citation, *near, note, ", ".join(finding.events)]
    return " | ".join(part for part in parts if part)


def _near(used: Used) -> str:
    return f"{used.fact} {_shown(used.value)} {used.operator} {used.against[0]:g} ({used.margin:+.1%})"


def _outlook(ruling: Ruling, lang: Language) -> str:
    outlook = ruling.outlook
    if outlook is None or outlook.until is None or outlook.then is None:
        return _WORDS["no_end"][lang]
    span = _WORDS["holds_for"][lang].format(since=outlook.since, until=outlook.until)
    letter, practice = outlook.then
    return f"{span}; {_WORDS['then'][lang]}: {label(letter, lang)} / {label(practice, lang)}"


def _meaning(fact: str, lang: Language) -> str:
    known = vocabulary()[fact]
    return f"{fact} ({known.meaning_en if lang == 'en' else known.meaning_zh})"


def _shown(value: Value) -> str:
    match value:
        case None:
            return "?"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case tuple():
            return ", ".join(value) or "-"
        case _:
            return value or "-"


def as_json(verdict: Verdict) -> dict[str, Any]:
    """Everything in the verdict as plain JSON values."""
    return {
        "item": verdict.transaction.item,
        "action": verdict.transaction.action,
        "on": str(verdict.on),
        "known": str(verdict.known),
        "law_read_to": str(verdict.law_read_to),
        "days_beyond": verdict.days_beyond,
        "assumed": list(verdict.assumed),
        "facts": {fact: _plain(value) for fact, value in verdict.facts.items() if value not in (None, "", ())},
        "rulings": [_ruling_json(verdict, ruling) for ruling in verdict.rulings],
    }


def _ruling_json(verdict: Verdict, ruling: Ruling) -> dict[str, Any]:
    outlook = ruling.outlook
    return {
        **summary(verdict, ruling),
        "rebuttable": ruling.rebuttable,
        "decided_by": list(ruling.decided_by),
        "not_enforced": list(ruling.not_enforced),
        "conditions": [{"en": en, "zh": zh} for en, zh in ruling.conditions],
        "answers": [
            {"facts": {f: _plain(v) for f, v in a.facts.items()}, "letter": a.letter, "practice": a.practice}
            for a in ruling.answers
        ],
        "valid": None if outlook is None else _span(outlook.since, outlook.until),
        "then": None if outlook is None or outlook.then is None else list(outlook.then),
        "rules": [_finding_json(finding) for finding in ruling.findings],
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "state": finding.state,
        "letter": finding.letter,
        "practice": finding.practice,
        "citation": finding.citation,
        "events": list(finding.events),
        "valid": _span(*finding.valid),
        "facts": [
            {"fact": used.fact, "value": _plain(used.value), "test": used.operator, "against": list(used.against)}
            | ({} if used.margin is None else {"margin": round(used.margin, 6)})
            for used in finding.used
        ],
    }


def _span(since: date, until: date | None) -> list[str | None]:
    return [str(since), None if until is None else str(until)]


def _plain(value: Value) -> Any:
    return list(value) if isinstance(value, tuple) else value

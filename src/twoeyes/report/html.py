"""A plan as one self-contained page: no script, no request to anywhere, charts as inline SVG."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from twoeyes.facts.tables import load_catalogue
from twoeyes.law.labels import Language, label
from twoeyes.plan.result import NOT_LEGAL_ADVICE, Plan
from twoeyes.plan.stance import Reading
from twoeyes.plan.words import BASIS, READING, REASON, SHORT
from twoeyes.report.charts import chips_over_time, cost_bars, frontier_line
from twoeyes.report.files import write_whole
from twoeyes.report.labels import PAGE


def write_report(plan: Plan, path: Path, lang: Language) -> None:
    """Write the page, whole or not at all. Raises InputError where the path cannot be written."""
    write_whole(path, page(plan, lang))


def page(plan: Plan, lang: Language) -> str:
    """The page's HTML."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(loader=PackageLoader("twoeyes.report"), autoescape=True, undefined=StrictUndefined)
    words = {key: entry[lang] for key, entry in PAGE.items()}
    starts = sorted({row.start for row in plan.vetoes})
    required = [row for row in plan.vetoes if row.required is not None]
    return environment.get_template("plan.html.j2").render(
        plan=plan,
        lang=lang,
        t=words,
        not_advice=NOT_LEGAL_ADVICE[lang],
        chips=f"{sum(purchase.chips for purchase in plan.purchases):,}",
        weakest=f"{min(row.share for row in required):.0%}" if required else "–",
        notes=list(_notes(plan, lang)),
        verdicts=list(_verdicts(plan, lang)),
        starts=starts,
        required={start: any(row.required for row in plan.vetoes if row.start == start) for start in starts},
        vetoes=list(_vetoes(plan)),
        chart_chips=Markup(chips_over_time(plan, words)),
        chart_cost=Markup(cost_bars(plan, words)),
        chart_frontier=Markup(frontier_line(plan, words)) if plan.frontier else "",
        label=lambda status, rebuttable=False: label(status, lang, rebuttable=rebuttable),
        basis=lambda name: SHORT[name][lang],
        reading=lambda name: READING[name][lang] if name in READING else name,
        reason=lambda name: REASON[name][lang],
        country=lambda code: _country(code, lang),
    )


def _country(code: str, lang: str) -> str:
    place = load_catalogue().places.get(code)
    return (place.name_zh if lang == "zh" else place.name) if place else code


def _notes(plan: Plan, lang: str) -> Iterable[str]:
    for basis in ("non_enforcement", "licence", "held"):
        share = plan.share_of_spend(basis)
        if share:
            yield f"{share:.0%} {PAGE['of_spend'][lang]}: {BASIS[basis][lang]}."


def _verdicts(plan: Plan, lang: str) -> Iterable[dict[str, Any]]:
    """Readings by what was bought for where; one row a jurisdiction, act and answer, at its first day."""
    seen: set[tuple[str, str, str]] = set()
    for purchase in plan.purchases:
        lot = purchase.lot
        key = (lot.chip, lot.country, lot.basis)
        if key in seen:
            continue
        seen.add(key)
        rows: dict[tuple[object, ...], Reading] = {}
        for reading in purchase.admission.readings:
            rows.setdefault((reading.jurisdiction, reading.action, reading.letter, reading.practice), reading)
        title = f"{lot.chip} → {_country(lot.country, lang)}: {BASIS[lot.basis][lang]}"
        yield {"title": title, "readings": list(rows.values())}


def _vetoes(plan: Plan) -> Iterable[dict[str, Any]]:
    for actor, kind in dict.fromkeys((row.actor, row.kind) for row in plan.vetoes):
        mine = [row for row in plan.vetoes if (row.actor, row.kind) == (actor, kind)]
        yield {"actor": actor, "kind": kind, "cells": {row.start: row for row in mine}, "why": mine[0].why}

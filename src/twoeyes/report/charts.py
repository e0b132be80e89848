"""Charts of a plan as SVG text, drawn by Vega-Lite without a browser."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twoeyes.plan.result import Plan

INK, DIM, LINE, BLUE = "#1c2733", "#5c6b7a", "#d9e0e7", "#0b5c8a"
PALETTE = ["#0b5c8a", "#d1762b", "#4d8f57", "#8a5a9e", "#b23a48", "#6b7a8a", "#c9a227", "#3f9aa6"]
FONT = "Noto Sans, Noto Sans CJK SC, Segoe UI, DejaVu Sans, sans-serif"


def chips_over_time(plan: Plan, words: Mapping[str, str]) -> str:
    """Chips in use by system, as steps over time."""
    import altair as alt

    rows = []
    ends = {purchase.lot.until or plan.finish for purchase in plan.purchases}
    days = sorted({plan.known, plan.finish, *(purchase.lot.use_from for purchase in plan.purchases), *ends})
    for system in sorted({purchase.lot.system for purchase in plan.purchases}):
        mine = [purchase for purchase in plan.purchases if purchase.lot.system == system]
        for day in days:
            running = sum(p.chips for p in mine if p.lot.use_from <= day and (p.lot.until is None or day < p.lot.until))
            rows.append({"day": day.isoformat(), "chips": running, "system": system})
    chart = (
        _chart(rows)
        .mark_area(interpolate="step-after", opacity=0.85)
        .encode(
            x=alt.X("day:T", title=None, axis=alt.Axis(format="%Y-%m")),
            y=alt.Y("chips:Q", title=words["chips_in_use"], stack="zero"),
            color=alt.Color("system:N", title=None, scale=alt.Scale(range=PALETTE), legend=alt.Legend(orient="top")),
        )
    )
    return _svg(chart, height=190)


def cost_bars(plan: Plan, words: Mapping[str, str]) -> str:
    """Cost by line, largest first, years added up."""
    import altair as alt

    totals: dict[str, float] = defaultdict(float)
    for line in plan.cost_lines:
        totals[line.label] += line.usd / 1e6
    rows = [{"line": label, "usd": usd} for label, usd in totals.items() if usd]
    base = _chart(rows).encode(
        x=alt.X("usd:Q", title=words["usd_m"]), y=alt.Y("line:N", title=None, sort="-x", axis=alt.Axis(labelLimit=260))
    )
    text = base.mark_text(align="left", dx=4, color=INK).encode(text=alt.Text("usd:Q", format=",.1f"))
    return _svg(base.mark_bar(color=BLUE) + text, height=26 * max(2, len(rows)))


def frontier_line(plan: Plan, words: Mapping[str, str]) -> str:
    """The least cost for each share that must survive any single required veto."""
    import altair as alt

    rows = [{"share": point.share, "usd": point.usd / 1e6} for point in plan.frontier if point.usd is not None]
    costs = [row["usd"] for row in rows] or [0.0]
    around = [min(costs) * 0.95, max(costs) * 1.05]
    base = _chart(rows).encode(
        x=alt.X("share:Q", title=words["share_axis"], axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
        y=alt.Y("usd:Q", title=words["usd_m"], scale=alt.Scale(domain=around, zero=False)),
    )
    marks = base.mark_line(color=BLUE) + base.mark_point(color=BLUE, filled=True, size=60, opacity=1)
    layers: list[Any] = [marks]
    lost = [point.share for point in plan.frontier if point.usd is None]
    if lost:
        wall = _chart([{"share": min(lost), "text": words["out_of_reach"]}]).encode(x="share:Q")
        layers += [
            wall.mark_rule(color="#a3262a", strokeDash=[4, 4]),
            wall.mark_text(align="left", dx=6, y=14, color="#a3262a").encode(text="text:N"),
        ]
    return _svg(alt.layer(*layers), height=220)


def _chart(rows: list[dict[str, Any]]) -> Any:
    import altair as alt

    return alt.Chart(alt.InlineData(values=rows))


def _svg(chart: Any, *, height: int) -> str:
    import vl_convert

    axis = {
        "labelColor": DIM,
        "titleColor": DIM,
        "gridColor": LINE,
        "domainColor": LINE,
        "tickColor": LINE,
        "titleFontWeight": 400,
    }
    styled = (
        chart.properties(width=860, height=height)
        .configure(font=FONT)
        .configure_axis(**axis)
        .configure_view(stroke=None)
    )
    return str(vl_convert.vegalite_to_svg(styled.to_dict()))

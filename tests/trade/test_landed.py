"""Single answers: layers, range, money, words; and what no answer may break."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twoeyes.errors import InputError, UnknownNameError
from twoeyes.trade import LandedCost, land, land_frame
from twoeyes.trade.duties import Layer
from twoeyes.world import World, event_from

SERVER = "8471.50.01"
CODES = (SERVER, "8473.30.1180", "8471.49.00", "8504.40.60", "8507.60.00", "8542.31.00", "8473.30.51", "8471.50")
ORIGINS = ("CN", "TW", "MX", "DE", "JP", "KR", "IN", "BR", "SG", "HK")
WHOLE = World()


def _layer(cost: LandedCost, name: str) -> Layer:
    return next(layer for layer in cost.layers if layer.name == name)


def test_one_day_two_answers() -> None:
    then = land(World("2025-04-10"), hts=SERVER, origin="CN", to="US", on="2025-04-10")
    later = land(World("2025-05-01"), hts=SERVER, origin="CN", to="US", on="2025-04-10")
    assert (then.total_pct, later.total_pct) == (170, 45)
    assert _layer(then, "us-recip-cn-125").status == "applied"
    moved = _layer(later, "us-recip-cn-125")
    assert (moved.status, moved.by) == ("exempt", "us-recip-ex-elec")
    exemption = _layer(later, "us-recip-ex-elec")
    assert (exemption.event, exemption.known_from) == ("us-2025-04-11-electronics", date(2025, 4, 11))
    base = _layer(then, "us-recip-base")
    assert (base.status, base.by) == ("displaced", "us-recip-cn-125")


def test_a_ruling_makes_it_refundable_without_changing_what_was_collected() -> None:
    before = land(World("2026-02-19"), hts="8504.40.60", origin="CN", to="US", on="2025-05-20")
    after = land(World("2026-02-20"), hts="8504.40.60", origin="CN", to="US", on="2025-05-20")
    assert (before.total_pct, before.refundable_pct) == (55, 0)
    assert (after.total_pct, after.refundable_pct) == (55, 30)
    assert _layer(after, "us-fent-cn-20").event == "us-2025-03-03-fentanyl-china-20"


def test_missing_facts_give_a_range_and_their_names() -> None:
    board: dict[str, Any] = {"hts": "8473.30.1180", "origin": "TW", "to": "US", "on": "2026-03-01"}
    open_ = land(WHOLE, **board)
    assert (open_.total_pct, open_.low, open_.high) == (0, 0, 25)
    assert open_.missing == ("mem_bw_gbs", "tpp", "us_end_use")
    inside = land(WHOLE, **board, facts={"tpp": 15832, "mem_bw_gbs": 4800, "us_end_use": "resale"})
    assert (inside.total_pct, inside.low, inside.high, inside.missing) == (25, 25, 25, ())
    outside = land(WHOLE, **board, facts={"mem_bw_gbs": "3350"})
    assert (outside.total_pct, outside.high, outside.missing) == (0, 0, ())


def test_too_few_digits_give_a_range() -> None:
    cost = land(WHOLE, hts="8471.50", origin="CN", to="US", on="2019-06-20")
    assert (cost.low, cost.high, cost.missing) == (0, 25, ("hts",))


def test_a_line_without_a_base_duty_says_so() -> None:
    cost = land(WHOLE, hts="8703.23", origin="JP", to="CN", on="2025-06-01")
    assert (cost.high, cost.missing) == (None, ("base_duty",))


def test_items_bring_their_code_and_their_chip() -> None:
    question: dict[str, Any] = {"origin": "TW", "to": "US", "on": "2026-02-01"}
    assert land(WHOLE, item="dgx-h200", **question).components == {"us-mfn-ita": 0, "us-232-semi": 25}
    assert land(WHOLE, item="dgx-h100", **question).total_pct == 0
    assert land(WHOLE, item="dgx-h100", origin="TW", to="MY", on="2026-02-01").hts == "8471.50"
    assert land(WHOLE, item="gb200-nvl72", **question).hts == "8471.49.00"
    assert land(WHOLE, item="h200-sxm-141", **question).hts == "8473.30.1180"
    assert land(WHOLE, item="h200-sxm-141", form="ic", **question).hts == "8542.31.00"
    with pytest.raises(UnknownNameError, match="dgx-h100"):
        land(WHOLE, item="dgx-h10o", **question)
    with pytest.raises(UnknownNameError):
        land(World("2021-01-01"), item="dgx-h100", **question)


@pytest.mark.parametrize("code", [SERVER, "8473.30.1180", "8473301180"])
def test_us_codes_are_refused_elsewhere(code: str) -> None:
    with pytest.raises(InputError, match="give the six digits"):
        land(WHOLE, hts=code, origin="TW", to="MY", on="2025-06-01")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hts": None}, "either an item"),
        ({"item": "dgx-h100"}, "either an item"),
        ({"hts": "84"}, "customs code"),
        ({"on": "2017-01-01"}, "2018-01-01"),
        ({"origin": "ZZ"}, "ZZ"),
        ({"to": "ZZ"}, "importer"),
        ({"from_": "ZZ"}, "ZZ"),
        ({"value": 0.0}, "above 0"),
        ({"value": float("nan")}, "above 0"),
        ({"facts": {"aluminium_share": 2}, "hts": "8473.30.51"}, "share"),
        ({"facts": {"usmca": "perhaps"}}, "yes or no"),
        ({"facts": {"transport": "camel"}, "value": 1.0}, "air, sea"),
    ],
)
def test_bad_questions(change: dict[str, Any], said: str) -> None:
    question: dict[str, Any] = {"hts": SERVER, "origin": "CN", "to": "US", "on": "2025-06-01"} | change
    with pytest.raises(InputError, match=said):
        land(WHOLE, **question)


def test_money_adds_up_and_tax_stands_apart() -> None:
    cost = land(WHOLE, hts="8471.50", origin="US", to="CN", on="2025-06-01", value=100_000)
    assert cost.money is not None
    money = cost.money
    assert money.basis == "cif"
    assert money.total == pytest.approx(sum(line.usd for line in money.lines))
    assert money.vat == pytest.approx(money.customs_value * 1.10 * 0.13)
    us = land(WHOLE, hts=SERVER, origin="CN", to="US", on="2025-06-01", value=100_000)
    assert us.money is not None
    assert us.money.customs_value == 100_000
    lines = {line.label: line.usd for line in us.money.lines}
    assert lines["us-301-l3-25"] == pytest.approx(25_000)
    assert lines["us-mpf"] == pytest.approx(346.4)
    assert us.money.low < us.money.total
    by_sea = land(WHOLE, hts=SERVER, origin="CN", to="US", on="2025-06-01", value=1e6, facts={"transport": "sea"})
    assert by_sea.money is not None
    assert {"us-hmf", "us-mpf"} <= {line.label for line in by_sea.money.lines}
    assert next(line.usd for line in by_sea.money.lines if line.label == "us-mpf") == 634.62


def test_words_in_both_languages_and_json() -> None:
    cost = land(WHOLE, item="dgx-h200", origin="TW", to="US", from_="MX", on="2026-11-20", value=300_000)
    english, chinese = cost.explain("en"), cost.explain("zh")
    assert "us-232-semi" in english
    assert "9903.79.01" in english
    assert "not shipment" in english
    assert "2026-10-04" in english
    assert "TW (Taiwan" in english
    assert "完税价格" in chinese
    for word in ("cleared", "approved", "compliant", "permitted", "allowed", " OK", "recommended", " legal"):
        assert word not in english
    told = json.loads(cost.to_json())
    assert (told["total_pct"], told["from"], told["on"]) == (25, "MX", "2026-11-20")
    assert cost.frame()["name"].to_list()[0] == "us-mfn-ita"


def test_a_shock_is_one_more_announcement() -> None:
    shock = event_from(
        """
id: what-if-servers-lose-exemption
announced: 2026-11-01
issuer: hypothesis
instrument: hypothetical
title: {en: The exemption of servers from the forced-labour duty ends}
changes:
  - end: us.s301.fl.ex.elec
    valid: [2026-12-01, null]
"""
    )
    question: dict[str, Any] = {
        "hts": SERVER,
        "origin": "TW",
        "to": "US",
        "on": "2026-12-15",
        "facts": {"mem_bw_gbs": 8000},
    }
    assert land(WHOLE, **question).total_pct == 0
    assert land(WHOLE.with_(shock), **question).total_pct == 10


QUESTION = st.fixed_dictionaries(
    {
        "hts": st.sampled_from(CODES),
        "origin": st.sampled_from(ORIGINS),
        "on": st.integers(0, 3400).map(lambda days: date(2018, 1, 1) + timedelta(days=days)),
        "tpp": st.sampled_from([None, 15832.0, 36000.0]),
        "mem_bw_gbs": st.sampled_from([None, 4800.0, 8000.0]),
        "us_end_use": st.sampled_from([None, "startup_us", "resale"]),
        "accelerator_module": st.sampled_from([None, True, False]),
        "usmca_claim": st.sampled_from([None, True]),
        "aluminium_share": st.sampled_from([None, 0.2]),
    }
)
FACTS = ("tpp", "mem_bw_gbs", "us_end_use", "accelerator_module", "usmca_claim", "aluminium_share")
DTYPES = {"tpp": pl.Float64, "mem_bw_gbs": pl.Float64, "us_end_use": pl.String, "aluminium_share": pl.Float64}
DTYPES |= {"accelerator_module": pl.Boolean, "usmca_claim": pl.Boolean}


@settings(max_examples=30, deadline=None)
@given(st.lists(QUESTION, min_size=1, max_size=25))
def test_frames_answer_as_rows_do(questions: list[dict[str, Any]]) -> None:
    frame = pl.DataFrame(questions, schema_overrides=DTYPES).with_columns(to=pl.lit("US"))
    found = land_frame(WHOLE, frame)
    assert found.select(frame.columns).equals(frame)
    for row, question in zip(found.iter_rows(named=True), questions):
        facts = {name: question[name] for name in FACTS if question[name] is not None}
        one = land(
            WHOLE, hts=str(question["hts"]), origin=str(question["origin"]), to="US", on=question["on"], facts=facts
        )
        assert row["total_pct"] == one.total_pct
        assert (row["low"], row["high"], tuple(row["missing"])) == (one.low, one.high, one.missing)
        assert {pair["measure"]: pair["pct"] for pair in row["components"]} == one.components
        floor = sum(one.components.values())
        assert one.low <= floor + 1e-9
        assert all(pct >= 0 for pct in one.components.values())
        if one.total_pct is not None:
            assert one.total_pct == pytest.approx(floor)
            assert one.high is None or one.low <= one.total_pct <= one.high


@settings(max_examples=40, deadline=None)
@given(QUESTION, st.sampled_from(FACTS), st.data())
def test_stating_a_fact_never_widens_the_range(question: dict[str, Any], fact: str, data: st.DataObject) -> None:
    values = {
        "tpp": 15832.0,
        "mem_bw_gbs": 4800.0,
        "us_end_use": data.draw(st.sampled_from(["startup_us", "resale"])),
        "accelerator_module": data.draw(st.booleans()),
        "aluminium_share": 0.3,
    }
    if fact not in values or question[fact] is not None:
        return
    frame = pl.DataFrame([question, question | {fact: values[fact]}], schema_overrides=DTYPES)
    open_, stated = land_frame(WHOLE, frame.with_columns(to=pl.lit("US"))).iter_rows(named=True)
    assert open_["low"] <= stated["low"]
    if open_["high"] is not None:
        assert stated["high"] is not None
        assert stated["high"] <= open_["high"]
    assert set(stated["missing"]) <= set(open_["missing"])


def test_servers_from_taiwan_pay_next_to_nothing() -> None:
    days = pl.date_range(date(2025, 1, 1), date(2026, 10, 1), "7d", eager=True)
    frame = pl.DataFrame({"on": days}).with_columns(
        hts=pl.lit(SERVER), origin=pl.lit("TW"), to=pl.lit("US"), tpp=pl.lit(36000.0), mem_bw_gbs=pl.lit(8000.0)
    )
    assert land_frame(WHOLE, frame)["total_pct"].max() == 0


def _frame(**change: object) -> pl.DataFrame:
    row = {"hts": "8471.50", "origin": "CN", "to": "US", "on": date(2025, 1, 1)} | change
    return pl.DataFrame({name: [value] for name, value in row.items()})


def test_an_empty_frame_has_an_empty_answer() -> None:
    assert land_frame(WHOLE, _frame().clear()).height == 0


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (pl.DataFrame({"hts": ["8471.50"]}), "'origin' is missing"),
        (_frame(on="2025-01-01"), "'on' must hold Date"),
        (_frame(to=None), "'to' must hold String"),
        (_frame(on=date(2017, 1, 1)), "log begins"),
        (_frame(tpp="many"), "wrong type"),
        (_frame(aluminium_share=1.5), "share of value"),
        (pl.DataFrame({"hts": [], "origin": [], "to": [], "on": [], "tp": []}), "nearest 'tpp'"),
    ],
)
def test_bad_frames(frame: pl.DataFrame, said: str) -> None:
    with pytest.raises(InputError, match=said):
        land_frame(WHOLE, frame)

"""The shipped tables: units, what was known when, and the things that the Penang case buys."""

from __future__ import annotations

import pickle
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twoeyes.errors import InputError
from twoeyes.facts.cells import FIELDS, si
from twoeyes.facts.tables import load_catalogue, read_catalogue, shipped_tables

LATEST = date(2026, 11, 23)
MAY = date(2025, 5, 7)
PENANG_CHIPS = (
    *("h100-sxm-80", "h200-sxm-141", "b200-sxm", "gb200", "mi300x", "gaudi3", "h20-96", "ascend-910c"),
    *(f"ascend-910b{grade}" for grade in (1, 2, 3, 4)),
)
PENANG_SYSTEMS = (
    *("dgx-h100", "dgx-h200", "dgx-b200", "gb200-nvl72", "mi300x-8", "gaudi3-8", "hgx-h20-8", "atlas-800t-a2"),
    "cloudmatrix-384",
)


def test_published_units_become_si_once() -> None:
    whole = load_catalogue()
    h100 = whole.chips["h100-sxm-80"]
    assert h100.peak_flops["bf16"] == 989e12
    assert h100.memory_bytes == 80e9
    assert h100.memory_bw == 3350e9
    assert (h100.scaleup_bw, h100.scaleup_both_directions_bw) == (450e9, 900e9)
    assert h100.scaleout_bw == 50e9  # 400 Gb/s
    assert h100.tdp_w == 700
    assert whole.systems["dgx-h100"].power_w == 10_200
    assert whole.models["llama3.1-405b"].params_total == pytest.approx(405.85e9)


def test_every_attribute_is_its_cell_and_nothing_else() -> None:
    whole = load_catalogue()
    tables = (("chip", whole.chips), ("system", whole.systems), ("place", whole.places))
    for kind, things in tables:
        for thing in things.values():
            for name, field in FIELDS[kind].items():
                if field.attribute is None:
                    continue
                value, fact = getattr(thing, field.attribute), thing.facts.get(name)
                assert value == (si(fact, field) if fact else value), (thing.id, name)
                assert fact is not None or value in (None, "", ()), (thing.id, name)


@pytest.mark.parametrize("name", PENANG_CHIPS)
def test_penang_chips_exist_and_can_be_planned_with(name: str) -> None:
    chip = load_catalogue().as_known(MAY).chip(name)
    assert chip.peak_flops.get("bf16") or chip.peak_flops.get("fp16")
    assert chip.memory_bytes
    assert chip.memory_bw
    assert chip.tdp_w


@pytest.mark.parametrize("name", PENANG_SYSTEMS)
def test_penang_systems_exist_and_can_be_planned_with(name: str) -> None:
    system = load_catalogue().as_known(MAY).system(name)
    assert system.power_w
    assert system.cooling
    assert system.scaleup_bw
    assert system.scaleout_bw


@pytest.mark.parametrize(
    ("kind", "name", "first"),
    [
        ("chip", "h200-sxm-141", date(2023, 11, 13)),
        ("chip", "b200-sxm", date(2024, 3, 18)),
        ("chip", "gaudi3", date(2024, 4, 9)),
        ("chip", "ascend-910b2", date(2023, 12, 31)),  # stated as 2023: known from its end
        ("system", "gb200-nvl72", date(2024, 3, 18)),
        ("model", "deepseek-v3", date(2024, 12, 26)),
    ],
)
def test_nothing_exists_before_its_announcement(kind: str, name: str, first: date) -> None:
    whole = load_catalogue()
    before, then = whole.as_known(first - timedelta(days=1)), whole.as_known(first)
    assert name not in getattr(before, f"{kind}s")
    assert before.exists_later(name)
    assert getattr(then, kind)(name).id == name
    assert not then.exists_later(name)


def test_a_figure_published_later_gives_way_to_the_one_known_then() -> None:
    whole = load_catalogue()
    peaks = {day: whole.as_known(day).chip("ascend-910c").peak_flops.get("bf16") for day in (MAY, LATEST)}
    assert peaks == {MAY: 780e12, LATEST: 752e12}  # SemiAnalysis in April, the CloudMatrix paper in June 2025
    assert whole.as_known(MAY).chip("b300-sxm").status == "announced"
    assert whole.as_known(LATEST).chip("b300-sxm").status == "shipping"


def test_a_price_is_known_from_the_end_of_its_period() -> None:
    labels = {price.label for price in load_catalogue().as_known(MAY).prices_of("h100-sxm-80")}
    assert "H100 SXM on demand" in labels  # 2024-10
    assert "H100 card" not in labels  # 2023-2025
    assert "H100 marketplace" not in labels  # 2025-06


@given(st.dates(date(2018, 1, 1), LATEST), st.dates(date(2018, 1, 1), LATEST))
def test_knowledge_only_grows(one: date, two: date) -> None:
    early, late = (load_catalogue().as_known(day) for day in sorted((one, two)))
    for table in ("chips", "systems", "models", "places"):
        assert getattr(early, table).keys() <= getattr(late, table).keys()
    assert set(early.prices) <= set(late.prices)


def test_disputes_keep_both_figures_and_memory_shows() -> None:
    whole = load_catalogue()
    area = whole.chips["mi300x"].facts["die_area"]
    assert (area.value, area.confidence, [fact.value for fact in area.dissents]) == (2400, "memory", [2034])
    assert [fact.value for fact in whole.systems["gb200-nvl72"].facts["power"].dissents] == [145]
    assert whole.chips["h100-sxm-80"].facts["memory"].sources
    assert whole.chips["b200-sxm"].facts["die_area"].confidence == "memory"
    assert not whole.chips["b200-sxm"].facts["die_area"].sources  # memory cites nothing that was not compared


def test_deliberate_blanks_stay_blank() -> None:
    for name in (
        "mi308x",
        "hygon-bw1000",
        "br106",
        "br166",
        "enflame-s60",
        "enflame-l600",
        "ascend-910d",
        "thead-m890",
    ):
        assert load_catalogue().chips[name].peak_flops == {}
    assert load_catalogue().chips["trainium2"].scaleup_bw is None  # direction not stated
    assert load_catalogue().chips["gaudi3"].die_area_mm2 is None


def test_every_country_or_territory_is_a_place() -> None:
    places = load_catalogue().places
    assert len(places) == 249
    assert (places["MY"].name, places["MY"].name_zh) == ("Malaysia", "马来西亚")
    assert {"TW", "HK", "MO", "CN"} <= places.keys()
    assert places["FJ"].power_usd_per_kwh is None


def test_the_digest_is_over_the_bytes_and_the_catalogue_travels() -> None:
    whole = load_catalogue()
    tables = dict(shipped_tables())
    assert read_catalogue(tables).digest == whole.digest
    tables["chips"] += "h100-sxm-80,tpp_published,1,TOPS x bits,memory,,,dissent,\n"
    assert read_catalogue(tables).digest != whole.digest
    assert pickle.loads(pickle.dumps(whole)).digest == whole.digest
    assert len({*whole.chips.values()}) == len(whole.chips)  # hashable, so that results can be cached by chip


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("h100-sxm-80,tpd,700,W,memory,,,dissent,", "unknown field 'tpd' of a chip; did you mean 'tdp'"),
        ("h100-sxm-80,tdp,0.7,kW,memory,,,dissent,", "expected the unit 'W' for tdp, got 'kW'"),
        ("h100-sxm-80,tdp,nan,W,memory,,,dissent,", "expected a finite number above zero, got 'nan'"),
        ("h100-sxm-80,tdp,-1,W,memory,,,dissent,", "expected a finite number above zero"),
        ("h100-sxm-80,compute_dies,1.5,,memory,,,dissent,", "expected a whole number"),
        ("h100-sxm-80,tdp,700,W,sure,,,dissent,", "expected a confidence of official"),
        ("h100-sxm-80,tdp,700,W,official,nowhere,,dissent,", "sources.csv has no nowhere"),
        ("h100-sxm-80,tdp,700,W,memory,,May,dissent,", "expected a day as YYYY-MM-DD"),
        ("h100-sxm-80,tdp,690,W,memory,,,chosen,", "expected one `chosen` row"),
        ("b30a,tdp,690,W,memory,,,dissent,", "has a dissent and no chosen figure"),
    ],
)
def test_a_malformed_row_is_refused_with_its_line(row: str, message: str) -> None:
    tables = dict(shipped_tables())
    tables["chips"] += row + "\n"
    with pytest.raises(InputError, match=r"chips\.csv") as caught:
        read_catalogue(tables)
    assert message in str(caught.value)

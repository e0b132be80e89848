"""The user's own facts: files that add, override, or are refused with file, line and the nearest name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from twoeyes.errors import InputError
from twoeyes.facts.overrides import with_overrides
from twoeyes.facts.tables import Catalogue, load_catalogue

GOOD = """
chips:
  h100-sxm-80:
    tdp: 650
    memory_bw: {value: 3300, source: "https://example.org/measured", known_from: 2025-01-31, note: measured}
  my-npu:
    name: My NPU
    vendor: Mine
    designed_in: MY
    peak_bf16: 500
    memory: 96
systems:
  my-node: {name: My node, vendor: Mine, designed_in: MY, chip: My NPU, chips: 8, power: 5.5, cooling: air}
places:
  MY: {power: 0.12}
prices:
  - {item: my-node, kind: buy, low: 90e3, high: 100e3, currency: USD, unit: system, known_from: 2025-05-01}
"""


def overridden(tmp_path: Path, text: str, name: str = "mine.yaml") -> Catalogue:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return with_overrides(load_catalogue(), path)


def test_yaml_adds_and_overrides(tmp_path: Path) -> None:
    mine = overridden(tmp_path, GOOD)
    h100, shipped = mine.chip("h100"), load_catalogue().chip("h100")
    assert (h100.tdp_w, h100.memory_bw, h100.memory_bytes) == (650, 3300e9, shipped.memory_bytes)
    assert h100.facts["tdp"].confidence == "assumed"
    assert [fact.value for fact in h100.facts["tdp"].dissents] == [700]
    measured = h100.facts["memory_bw"]
    assert (measured.confidence, measured.sources[0].url) == ("reported", "https://example.org/measured")
    assert mine.chip("My NPU").peak_flops == {"bf16": 500e12}
    assert (mine.system("my-node").chip, mine.system("my-node").power_w) == ("my-npu", 5500)
    assert mine.vendor("mine") == "Mine"
    assert mine.place("MY").power_usd_per_kwh == 0.12
    assert [(price.low, price.high, price.confidence) for price in mine.prices_of("my-node")] == [
        (90e3, 100e3, "assumed")
    ]
    assert mine.digest != load_catalogue().digest
    assert shipped.tdp_w == 700  # the shipped catalogue is untouched


def test_an_alias_overrides_the_thing_it_names(tmp_path: Path) -> None:
    mine = overridden(tmp_path, "chips:\n  英伟达H100: {tdp: 650}\nplaces:\n  Malaysia: {pue: 1.3}\n")
    assert (mine.chips["h100-sxm-80"].tdp_w, mine.places["MY"].pue) == (650, 1.3)
    assert len(mine.chips) == len(load_catalogue().chips)
    with pytest.raises(InputError, match=r"mine\.yaml: 'H20' is the name of 2 chips"):
        overridden(tmp_path, "chips:\n  H20: {tdp: 410}\n")


def test_a_users_things_exist_on_every_day_unless_dated(tmp_path: Path) -> None:
    mine = overridden(tmp_path, GOOD)
    assert mine.as_known(date(2020, 1, 1)).chip("my-npu").peak_flops
    bandwidths = [mine.as_known(day).chip("h100").memory_bw for day in (date(2025, 1, 30), date(2025, 1, 31))]
    assert bandwidths == [3350e9, 3300e9]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_the_encodings_that_spreadsheets_write(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "mine.csv"
    rows = ["kind,id,field,value,unit", "chip,ascend-910c,tdp,720,W", "chip,x1,name,昇腾样片,", "chip,x1,vendor,华为,"]
    path.write_text("\n".join([*rows, "chip,x1,designed_in,CN,", ""]), encoding=encoding)
    mine = with_overrides(load_catalogue(), path)
    assert mine.chip("昇腾910C").tdp_w == 720
    assert mine.chip("昇腾样片").id == "x1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("chip:\n  x: {}\n", "mine.yaml:1: unknown section 'chip'; did you mean 'chips'?"),
        ("chips:\n  h100-sxm-80:\n    tpd: 5\n", "mine.yaml:3: unknown field 'tpd' of a chip; did you mean 'tdp'?"),
        ("chips:\n  h100-sxm-80:\n    tdp: .nan\n", "mine.yaml:3: expected a number in W, got '.nan'"),
        ("chips:\n  h100-sxm-80:\n    tdp: nan\n", "mine.yaml:3: expected a finite number above zero, got 'nan'"),
        ("chips:\n  h100-sxm-80:\n    tdp: inf\n", "mine.yaml:3: expected a finite number above zero, got 'inf'"),
        ("chips:\n  h100-sxm-80:\n    tdp: -5\n", "mine.yaml:3: expected a finite number above zero, got '-5'"),
        ("chips:\n  h100-sxm-80:\n    tdp: null\n", "mine.yaml:3: expected one value, got None"),
        ("chips:\n  h100-sxm-80:\n    tdp: {value: 5, sauce: x}\n", "unknown key 'sauce'; did you mean 'source'?"),
        ("chips:\n  h100-sxm-80:\n    tdp: {value: 5, unit: kW}\n", "tdp is given in W, not kW; convert it"),
        ("chips:\n  h100-sxm-80:\n    tdp: {value: 5, confidence: official}\n", "'official' needs a `source`"),
        ("chips:\n  h100-sxm-80:\n    dc_marketed: maybe\n", "mine.yaml:3: expected yes or no, got 'maybe'"),
        ("chips:\n  new-one: {name: New}\n", "chip new-one: field 'vendor' is missing"),
        ("chips:\n  - x\n", "expected a mapping of names"),
        ("systems:\n  dgx-h100: {chip: h10}\n", "system dgx-h100: unknown chip 'h10'; nearest: h100-sxm-80"),
        ("systems:\n  dgx-h100: {cooling: water}\n", "expected one of air, liquid, hybrid, got 'water'"),
        ("places:\n  MY: {pue: 0.9}\n", "expected a finite number of at least 1, got '0.9'"),
        ("prices:\n  - {item: dgx-h100, kind: buy}\n", "mine.yaml:2: 'low' is missing"),
        (
            "prices:\n  - {item: h10, kind: buy, low: 1, high: 2, currency: USD, unit: chip, known_from: 2025-01-01}\n",
            "mine.yaml:2: unknown chip 'h10'",
        ),
        (
            "prices:\n  - {item: h100, kind: buy, low: 3, high: 2, currency: USD, unit: u, known_from: 2025-01-01}\n",
            "low <= high",
        ),
        ("models:\n  m: {hf_config: nowhere.json}\n", "nowhere.json"),
    ],
)
def test_a_fault_names_its_place_and_what_is_near(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        overridden(tmp_path, text)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind,id,fields,value\n", "mine.csv:1: unknown column 'fields'; did you mean 'field'?"),
        ("kind,id,field,value\nchips,h100-sxm-80,tdp,1\n", "mine.csv:2: unknown kind 'chips'; did you mean 'chip'?"),
        ("kind,id,field,value\nchip,h100-sxm-80,tdp,\n", "mine.csv:2: 'value' is missing"),
        ("kind,id,field,value\nchip,h100-sxm-80,tdp,x\n", "mine.csv:2: expected a number in W, got 'x'"),
    ],
)
def test_a_fault_in_a_csv_names_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        overridden(tmp_path, text, "mine.csv")
    assert message in str(caught.value)


def test_a_missing_file_is_a_plain_error(tmp_path: Path) -> None:
    for name in ("none.yaml", "none.csv", "none.json"):
        with pytest.raises(InputError, match="cannot read"):
            with_overrides(load_catalogue(), tmp_path / name)

"""Duties of the world, case by case, with their citations in `cases.csv`."""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path
from typing import Any

import pytest

from twoeyes.errors import InputError
from twoeyes.trade import land_cases

CASES = Path(__file__).with_name("cases.csv")
EXPECTED = ("total_ad_valorem_pct", "import_vat_pct", "components", "exemptions_in_play", "source")


def _table() -> list[dict[str, str]]:
    return list(csv.DictReader(CASES.read_text(encoding="utf-8").splitlines()))


def _written(rows: list[dict[str, str]], path: Path, encoding: str = "utf-8") -> Path:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


@pytest.fixture(scope="module")
def answers() -> list[dict[str, Any]]:
    return land_cases(CASES)


@pytest.mark.parametrize(("number", "case"), list(enumerate(_table())), ids=[case["id"] for case in _table()])
def test_case(number: int, case: dict[str, str], answers: list[dict[str, Any]]) -> None:
    found = answers[number]
    pairs = (part.split("=") for part in case["components"].split(" + ") if part)
    components = {name: float(pct.split()[0]) for name, pct in pairs}
    exempt = dict(part.split(":") for part in case["exemptions_in_play"].split(";") if part)
    unknown = case["total_ad_valorem_pct"] == "UNKNOWN"
    assert found["id"] == case["id"]
    assert found["total_pct"] == (None if unknown else pytest.approx(float(case["total_ad_valorem_pct"])))
    assert found["unknown"] is unknown
    assert found["components"] == pytest.approx(components)
    assert found["exempt"] == exempt
    assert found["vat_pct"] == float(case["import_vat_pct"])


def test_expected_columns_are_never_read(tmp_path: Path, answers: list[dict[str, Any]]) -> None:
    rows = _table()
    blank = [{**row, **dict.fromkeys(EXPECTED, "")} for row in rows]
    order = list(range(len(rows)))
    random.Random(7).shuffle(order)
    mixed = [{**row, **{name: rows[other][name] for name in EXPECTED}} for row, other in zip(rows, order)]
    told = json.dumps(answers)
    assert json.dumps(land_cases(_written(blank, tmp_path / "blank.csv"))) == told
    assert json.dumps(land_cases(_written(mixed, tmp_path / "mixed.csv"))) == told


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_chinese_encodings(tmp_path: Path, encoding: str) -> None:
    row = {"id": "甲", "importer": "CN", "origin": "US", "hts": "8542.31", "entry_date": "2025-04-12"}
    found = land_cases(_written([row], tmp_path / "c.csv", encoding))
    assert (found[0]["id"], found[0]["total_pct"]) == ("甲", 125)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"importer": "XX"}, "unknown importer"),
        ({"origin": "ZZ"}, "ZZ"),
        ({"hts": "server"}, "customs code"),
        ({"importer": "MY"}, "line of the US schedule"),
        ({"entry_date": "2025-13-01"}, "entry_date"),
        ({"entry_date": "2017-12-31"}, "2018-01-01"),
        ({"as_known_on": "soon"}, "known"),
        ({"facts": "tpp=-1"}, "tpp"),
        ({"facts": "tppp=1"}, "tpp"),
        ({"hts": ""}, "hts is blank"),
    ],
)
def test_bad_row_says_why_and_the_rest_goes_on(tmp_path: Path, change: dict[str, str], said: str) -> None:
    good = {"id": "a", "importer": "US", "origin": "CN", "hts": "8471.50.01", "entry_date": "2025-04-10"}
    good |= {"as_known_on": "", "facts": ""}
    bad, fine = land_cases(_written([{**good, **change}, good], tmp_path / "c.csv"))
    assert said in bad["error"]
    assert fine["total_pct"] == 45


def test_unknown_and_missing_columns(tmp_path: Path) -> None:
    row = {"importer": "US", "origin": "CN", "hts": "8471.50.01", "entry_date": "2025-04-10"}
    with pytest.raises(InputError, match="nearest 'as_known_on'"):
        land_cases(_written([{**row, "as_know_on": ""}], tmp_path / "a.csv"))
    with pytest.raises(InputError, match="'origin' is missing"):
        land_cases(_written([{key: row[key] for key in row if key != "origin"}], tmp_path / "b.csv"))
    with pytest.raises(InputError, match="cannot read"):
        land_cases(tmp_path / "none.csv")

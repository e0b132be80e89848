"""The dated cases of cases.csv: both verdicts and the citations that each demands; and how a case file is read."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from twoeyes.errors import InputError
from twoeyes.law import check_cases
from twoeyes.law.cases import NEVER_READ
from twoeyes.world import World

CASES = Path(__file__).parent / "cases.csv"
ROWS = list(csv.DictReader(CASES.read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="module")
def answers() -> dict[str, dict[str, Any]]:
    return {answer["id"]: answer for answer in check_cases(CASES)}


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_the_case_gets_both_verdicts_and_its_citations(row: dict[str, str], answers: dict[str, dict[str, Any]]) -> None:
    answer = answers[row["id"]]
    assert (answer["letter"], answer["practice"]) == (row["expect_letter"], row["expect_practice"])
    assert {name for name in row["must_cite"].split(";") if name} <= set(answer["cited"])


def _written(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_expected_columns_are_never_read(tmp_path: Path, world: World) -> None:
    some = ROWS[:12]
    blanked = [{key: "prohibited" if key in NEVER_READ else value for key, value in row.items()} for row in some]
    assert check_cases(_written(tmp_path / "a.csv", some), world) == check_cases(
        _written(tmp_path / "b.csv", blanked), world
    )


def test_an_unknown_column_is_refused_with_the_nearest_name(tmp_path: Path, world: World) -> None:
    path = _written(tmp_path / "c.csv", [{"item": "l4", "on": "2025-01-01", "exportr": "x"}])
    with pytest.raises(InputError, match="exporter"):
        check_cases(path, world)


def test_a_bad_row_carries_its_error_and_the_rest_goes_on(tmp_path: Path, world: World) -> None:
    rows = [
        {"id": "bad", "item": "h1oo", "on": "2025-01-01", "to": "CN", "item_facts": ""},
        {"id": "negative", "item": "h100-sxm-80", "on": "2025-01-01", "to": "CN", "item_facts": "tpp=-1"},
        {"id": "early", "item": "h100-sxm-80", "on": "2017-12-31", "to": "CN", "item_facts": ""},
        {"id": "good", "item": "h100-sxm-80", "on": "2025-01-01", "to": "CN", "item_facts": ""},
    ]
    answers = check_cases(_written(tmp_path / "d.csv", rows), world)
    assert [answer["id"] for answer in answers if "error" in answer] == ["bad", "negative", "early"]
    assert any(answer["id"] == "good" and answer["letter"] == "licence_denial" for answer in answers)


def test_a_blank_jurisdiction_gives_every_one_concerned(tmp_path: Path, world: World) -> None:
    path = _written(
        tmp_path / "e.csv", [{"id": "x", "item": "h100-sxm-80", "on": "2026-03-01", "from": "US", "to": "IN"}]
    )
    found = {answer["jurisdiction"]: answer["letter"] for answer in check_cases(path, world)}
    assert found["IN"] == "unknown"
    assert "US" in found
    assert "MY" not in found


def test_chinese_csv_files_are_read(tmp_path: Path, world: World) -> None:
    path = tmp_path / "zh.csv"
    path.write_bytes("id,item,on,action,from,to\n一,昇腾910C,2025-06-01,use,MY,MY\n".encode("gb18030"))
    answers = check_cases(path, world)
    assert {(a["id"], a["letter"]) for a in answers if a["jurisdiction"] == "US"} == {("一", "prohibited")}

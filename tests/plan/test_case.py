"""Case files: what is wrong is said with file, line and how to mend it; the stance has no default."""

from pathlib import Path

import pytest

from twoeyes.errors import InputError
from twoeyes.plan.case import load_case
from twoeyes.plan.starter import STARTER

PENANG = (Path(__file__).parents[2] / "examples/penang-2025.yaml").read_text(encoding="utf-8")


def written(tmp_path, text):
    path = tmp_path / "case.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_starter_is_a_whole_case(tmp_path):
    assert load_case(written(tmp_path, STARTER)).id == "my-case"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  licences: apply\n", "", "'stance.licences' is missing"),
        ("  US: letter_except", "  US: practice_alone #", "Input should be"),
        ("it_capex: 300e6", "it_capex: -5", "greater than 0"),
        ("it_capex: 300e6", "it_capex: inf", "finite"),
        ("it_capex: 300e6", "it_cpex: 300e6", "did you mean 'it_capex'"),
        ("finish_by: 2026-06-30", "finish_by: 2024-06-30", "must lie after"),
        ("opex_per_year: 45e6, assumed: true", "opex_per_year: 45e6", "numbers need `source"),
        ("- id: batam", "- id: penang", "stands twice"),
        ("share_of_work: 0.40", "share_of_work: 40", "less than or equal to 1"),
        ("{system: dgx-h100, price: 260e3", "{price: 260e3", "names either `system`"),
        ("pue: 1.35", "pue: 0.9", "greater than or equal to 1"),
    ],
)
def test_a_faulty_case(tmp_path, old, new, message):
    assert old in PENANG
    with pytest.raises(InputError, match=message) as error:
        load_case(written(tmp_path, PENANG.replace(old, new, 1)))
    assert "case.yaml:" in str(error.value)


def test_every_number_of_the_examples_has_a_source_or_is_assumed():
    for name in ("penang-2025.yaml", "penang-2025-ascend-sold.yaml"):
        case = load_case(Path(__file__).parents[2] / "examples" / name)
        blocks = [case.budget, case.network, case.n1, *case.sites, *case.work, *case.offers, *case.porting.values()]
        assert all(block.source or block.assumed for block in blocks)

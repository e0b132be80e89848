"""The Penang case on four days of May 2025: what must hold of any honest answer, and the hypotheses beside it."""

from datetime import date
from pathlib import Path

import pytest

from twoeyes.errors import InfeasibleError, NothingLawfulError
from twoeyes.plan import load_case, replay
from twoeyes.plan.build import plan
from twoeyes.world import World

ROOT = Path(__file__).parents[2]
DAYS = ("2025-05-07", "2025-05-12", "2025-05-14", "2025-05-20")
RELIEF = "letter_except_published_nonenforcement"


@pytest.fixture(scope="module")
def four_days():
    return replay(load_case(ROOT / "examples/penang-2025.yaml"), DAYS)


def outcome(found, day, reading=RELIEF):
    return next(o for o in found.outcomes if o.known == date.fromisoformat(day) and o.reading == reading)


def test_it_solves_on_all_four_days_under_both_readings(four_days):
    assert [o.error for o in four_days.outcomes] == [""] * 8


def test_power_or_budget_binds_on_some_day(four_days):
    binding = {item.limit.split(" ")[0] for o in four_days.outcomes for item in o.plan.binding}
    assert binding & {"power", "hardware", "running-cost"}


def test_the_purchase_differs_between_days(four_days):
    bills = [outcome(four_days, day).bill for day in DAYS]
    assert bills[1] != bills[2]
    assert bills[2] == bills[3]


def test_before_the_13th_lots_beyond_the_exception_need_a_licence(four_days):
    for day in DAYS[:2]:
        found = outcome(four_days, day).plan
        assert {purchase.lot.basis for purchase in found.purchases} == {"exception", "licence"}
        for year in (2025, 2026):
            under = [p for p in found.purchases if p.lot.basis == "exception" and p.lot.export.year == year]
            assert sum(p.units * p.lot.tpp for p in under) <= 26.9e6


def test_from_the_14th_the_purchase_rests_on_non_enforcement_and_says_so(four_days):
    found = outcome(four_days, "2025-05-14").plan
    assert found.share_of_spend("non_enforcement") == 1.0
    assert "that can be withdrawn" in found.explain()
    by_letter = outcome(four_days, "2025-05-14", "letter").plan
    assert by_letter.share_of_spend("non_enforcement") == 0.0


def test_each_announcement_says_what_it_moved_or_why_nothing(four_days):
    moved = {item.event: item for _, _, items in four_days.moved for item in items}
    assert moved["us-2025-05-13-nonenforcement"].lines
    assert not moved["us-2025-05-16-gp10-wording"].lines
    assert moved["us-2025-05-16-gp10-wording"].why_not
    assert not moved["us-2025-05-12-geneva"].lines
    assert all(bool(item.lines) != bool(item.why_not) for item in moved.values())


def test_a_plans_cost_is_the_sum_of_its_lines(four_days):
    for o in four_days.outcomes:
        assert sum(line.usd for line in o.plan.cost_lines) == pytest.approx(o.plan.usd, abs=0.005)


def test_required_vetoes_are_survived(four_days):
    for o in four_days.outcomes:
        required = [row for row in o.plan.vetoes if row.required is not None]
        assert {row.kind for row in required} == {"vendor", "foundry", "government"}
        assert all(row.share >= row.required - 1e-6 for row in required)


def test_what_is_not_on_sale_is_told_apart_from_what_the_stance_refuses(four_days):
    reasons = {lost.offer: lost.reason for lost in outcome(four_days, "2025-05-14").plan.lost}
    assert reasons["cloudmatrix-384"] == reasons["atlas-800t-a2"] == "not offered here"


def test_day_zero_cannot_be_survived_and_the_actor_is_named():
    case = load_case(Path(__file__).parent / "penang-2025-day-0.yaml")
    with pytest.raises(InfeasibleError, match=r"US from 2025-05-15: at most 0% can survive, 40% asked"):
        plan(World("2025-05-14"), case)


def test_the_same_question_has_the_same_bytes(four_days):
    case = load_case(ROOT / "examples/penang-2025.yaml")
    again = plan(World("2025-05-14"), case)
    assert again.to_json() == outcome(four_days, "2025-05-14").plan.to_json()


def test_where_ascend_is_on_sale_the_guidance_moves_the_plan():
    found = replay(load_case(ROOT / "examples/penang-2025-ascend-sold.yaml"), DAYS[1:3])
    before, after = (outcome(found, day) for day in DAYS[1:3])
    assert any("cloudmatrix" in key for key in before.bill)
    assert not any("cloudmatrix" in key for key in after.bill)
    refused = next(lost for lost in after.plan.lost if lost.offer == "cloudmatrix-384")
    assert refused.reason == "stance"
    assert "us.gp10.ascend" in refused.readings[0].cites


def test_where_the_stance_leaves_nothing_the_answer_says_what_fell_out_and_why(tmp_path):
    text = (ROOT / "examples/penang-2025.yaml").read_text(encoding="utf-8")
    strict = text.replace("licences: apply", "licences: exclude").replace('lpp_certification: "yes"', "")
    owned = "\n".join(line for line in strict.splitlines() if "{rent:" not in line)
    path = tmp_path / "strict.yaml"
    path.write_text(owned, encoding="utf-8")
    with pytest.raises(NothingLawfulError, match=r"dgx-h100: stance: US, export on .*case by case") as error:
        plan(World("2025-05-12"), load_case(path))
    assert error.value.exit_code == 4

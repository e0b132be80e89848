"""One question at a time: the days of May 2025, ranges, what would decide, how long an answer holds, and the words."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from twoeyes.errors import UnknownNameError
from twoeyes.facts.vocabulary import vocabulary
from twoeyes.law import Transaction, check, labels
from twoeyes.world import World, event_from

ASCEND = Transaction(item="ascend-910c", action="use", to="MY")
H100_CH = Transaction(item="h100-sxm-80", to="CH")
BANNED = ("cleared", "approved", "compliant", "permitted", "allowed", "recommended", "safe", "合规", "合法", "放行")


def test_ascend_in_malaysia_turns_on_knowledge_until_the_guidance(world: World) -> None:
    before = check(world, ASCEND, on="2025-05-12").of("US")
    assert (before.letter, before.letter_range) == ("unknown", ("no_licence", "prohibited"))
    assert before.unknown == ("knowledge_of_violation",)
    assert {answer.letter for answer in before.answers} == {"no_licence", "prohibited"}
    after = check(world, ASCEND, on="2025-05-14").of("US")
    assert (after.letter, after.practice, after.rebuttable) == ("prohibited", "prohibited", True)
    assert "US-2025-MAY13-GP10" in after.cited


def test_h100_to_switzerland_as_known_before_and_after_the_non_enforcement() -> None:
    early = check(World("2025-05-10"), H100_CH, on="2025-05-20").of("US")
    assert (early.letter, early.practice) == ("licence_case_by_case", "licence_case_by_case")
    late = check(World("2025-05-14"), H100_CH, on="2025-05-20").of("US")
    assert (late.letter, late.practice) == ("licence_case_by_case", "no_licence")
    assert late.not_enforced == ("us.diffusion.3A090.a",)


def test_the_replacement_announced_on_7_may_changed_nothing() -> None:
    known = World("2025-05-07")
    event = known.event("us-2025-05-07-diffusion-to-be-replaced")
    assert event.changes == ()
    assert check(known, H100_CH, on="2025-05-20").of("US").practice == "licence_case_by_case"


def test_the_wording_of_16_may_moves_no_verdict() -> None:
    rulings = [check(World(known), ASCEND, on="2025-05-20").of("US") for known in ("2025-05-15", "2025-05-20")]
    assert rulings[0].letter == rulings[1].letter == "prohibited"


def test_an_answer_says_until_when_it_holds(world: World) -> None:
    outlook = check(world, ASCEND, on="2025-05-12").of("US").outlook
    assert outlook is not None
    assert (outlook.until, outlook.then) == (date(2025, 5, 13), ("prohibited", "prohibited"))


def test_the_margin_to_a_threshold_is_told(world: World) -> None:
    verdict = check(world, Transaction(item="l20", from_="US", to="CN"), on="2024-06-01")
    used = [u for f in verdict.of("US").findings if f.rule == "us.eccn.3A090.b" for u in f.used]
    margin = next(u.margin for u in used if u.fact == "pd" and u.against == (3.2,))
    assert margin == pytest.approx(-0.018, abs=0.001)
    assert "-1.8%" in verdict.explain()


def test_a_law_outside_the_log_is_unknown_and_unconcerned_ones_are_left_out(world: World) -> None:
    verdict = check(world, Transaction(item="h100-sxm-80", from_="US", to="IN"), on="2026-03-01")
    assert verdict.of("IN").letter == "unknown"
    assert not verdict.of("IN").has_table
    with pytest.raises(UnknownNameError):
        verdict.of("MY")


def test_refusing_under_us_guidance_is_an_act_under_chinese_law(world: World) -> None:
    refusal = Transaction(
        item="ascend-910c", action="decline", from_="CN", to="MY", facts={"refusal_cites_us_guidance": "yes"}
    )
    assert check(world, refusal, on="2025-06-20").of("CN").letter == "prohibited"
    silent = Transaction(item="ascend-910c", action="decline", from_="CN", to="MY")
    assert check(world, silent, on="2025-06-20").of("CN").letter == "no_licence"


def test_beyond_the_horizon_is_said_first(world: World) -> None:
    verdict = check(world, H100_CH, on="2027-06-01")
    assert verdict.days_beyond == (date(2027, 6, 1) - world.horizon).days
    assert str(world.horizon) in verdict.explain().splitlines()[0]


def test_a_shock_to_a_threshold_is_one_more_announcement(world: World) -> None:
    shock = event_from(
        """
id: shock-l20
announced: 2026-11-01
issuer: US/BIS
instrument: hypothetical
title: {en: Lower density limit}
changes:
  - amend: us.eccn.3A090.b
    valid: [2026-11-01, null]
    when: {all: [{chip: yes}, {tpp: {ge: 1600}}, {pd: {ge: 3}}]}
"""
    )
    tx = Transaction(item="l20", from_="US", to="CN", unknown=frozenset())
    assert check(world, tx, on="2026-11-02").of("US").letter == "no_licence"
    assert check(world.with_(shock), tx, on="2026-11-02").of("US").letter == "exception"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_face_says_what_it_must_not(world: World, lang: str) -> None:
    for tx in (ASCEND, H100_CH, Transaction(item="rtx-4090", from_="US", to="CN")):
        text = check(world, tx, on="2025-06-01").explain("zh" if lang == "zh" else "en").lower()
        assert not [word for word in BANNED if word in text.split() or (not word.isascii() and word in text)]
    assert set(labels()) >= {"prohibited", "rebuttable", "not_subject"}


def test_json_is_plain_and_stable(world: World) -> None:
    one, two = (check(world, ASCEND, on="2025-05-14").to_json() for _ in range(2))
    assert one == two
    assert json.loads(one)["rulings"][0]["rules"]


def test_every_fact_that_the_log_asks_for_is_in_the_vocabulary_with_both_meanings() -> None:
    assert not [term.fact for term in vocabulary().values() if not term.meaning_en or not term.meaning_zh]


def test_the_case_file_names_only_known_items_and_places(world: World) -> None:
    text = (Path(__file__).parent / "cases.csv").read_text(encoding="utf-8")
    assert "expect_letter" in text.splitlines()[0]


def test_a_statement_does_not_cut_the_link_that_the_guidance_presumes():
    facts = {"us_tools": "no", "us_content": "0"}
    use = Transaction(item="ascend-910c", action="use", to="MY", end_user_country="MY", facts=facts)
    before, after = (check(World(day), use, on="2025-08-01").of("US") for day in ("2025-05-12", "2025-05-14"))
    assert before.letter != "prohibited"
    assert (after.letter, after.rebuttable) == ("prohibited", True)
    rebutted = Transaction(item="ascend-910c", action="use", to="MY", facts=facts | {"presumption_rebutted": "yes"})
    rulings = check(World("2025-05-14"), rebutted, on="2025-08-01").rulings
    assert "prohibited" not in {ruling.letter for ruling in rulings}

"""What must hold for any transaction: frames agree with rows, unknowns never flip, quiet days change nothing."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twoeyes.facts.vocabulary import vocabulary
from twoeyes.law import Transaction, check, check_frame, law_map
from twoeyes.law.answers import cells, outcome
from twoeyes.law.evaluate import BOUNDS, bounds
from twoeyes.law.facts import Value
from twoeyes.law.frames import settled
from twoeyes.law.residual import ends
from twoeyes.law.rulebook import GRAVITY, Rulebook, days_of_law, rulebook
from twoeyes.law.transaction import as_frame, stated
from twoeyes.world import World, event_from

DAYS = [
    date(2022, 9, 10),
    date(2023, 10, 25),
    date(2025, 6, 1),
    date(2025, 10, 10),
    date(2026, 8, 1),
    date(2026, 12, 1),
]
JURISDICTIONS = ("US", "CN", "MY", "IN")
ITEMS = ("h100-sxm-80", "l40", "l20", "rtx-4090", "h20-96", "ascend-910c", "gallium-metal", "ear99-cable", "trainium1")
PLACES = ("US", "CN", "HK", "MO", "MY", "DE", "AE", "IL", "RU", "KH", "SG", "CH")


def random_facts(book: Rulebook, rng: random.Random, nulls: float) -> dict[str, Value]:
    facts: dict[str, Value] = {fact: rng.choice(cells(book, fact)) for fact in book.facts}
    for fact in book.facts:
        if rng.random() < nulls and fact not in ("chip", "action"):
            facts[fact] = None
    facts["eccn"] = rng.choice((None, None, None, "EAR99", "3A090.a", "not_3A090"))
    return facts


@pytest.mark.parametrize("on", DAYS, ids=str)
def test_the_fast_path_gives_the_bounds_of_the_plain_one(world: World, on: date) -> None:
    book, rng = rulebook(world, on), random.Random(on.toordinal())
    rows = [random_facts(book, rng, nulls=0.15) for _ in range(60)]
    frame = as_frame(rows, book.facts)
    for jurisdiction in JURISDICTIONS:
        fast = bounds(book, frame, jurisdiction).select(BOUNDS).rows()
        plain = [
            (*ends(book, jurisdiction, row, "letter")[:2], *ends(book, jurisdiction, row, "practice")[:2])
            for row in rows
        ]
        assert fast == plain


@pytest.mark.parametrize("on", DAYS[2:4], ids=str)
def test_a_frame_settles_its_rows_as_one_row_alone_would_be(world: World, on: date) -> None:
    book, rng = rulebook(world, on), random.Random(7)
    rows = [random_facts(book, rng, nulls=0.04) for _ in range(25)]
    frame = as_frame(rows, book.facts)
    for jurisdiction in ("US", "CN"):
        table = settled(book, frame.select(book.facts_of(jurisdiction)), jurisdiction)
        for row, (letter_low, letter_high, practice_low, practice_high) in zip(rows, table.iter_rows()):
            alone = outcome(book, jurisdiction, row)
            if alone.tried_all:
                assert (letter_low == letter_high) == (alone.low["letter"] == alone.high["letter"])
                assert (practice_low == practice_high) == (alone.low["practice"] == alone.high["practice"])


def test_check_frame_agrees_with_check(world: World) -> None:
    rng = random.Random(3)
    rows = [(rng.choice(ITEMS), rng.choice(PLACES), rng.choice(PLACES), rng.choice(DAYS)) for _ in range(40)]
    frame = pl.DataFrame(
        [
            {"item": item, "action": "export", "from": "US", "to": to, "end_user_parent": parent, "on": on}
            for item, to, parent, on in rows
        ]
    )
    table = check_frame(world, frame, ("US",))
    for (item, to, parent, on), answer in zip(rows, table.iter_rows(named=True)):
        tx = Transaction(item=item, from_="US", to=to, end_user_parent=parent)
        ruling = check(world, tx, on=on, jurisdictions=["US"], outlook=False).of("US")
        assert (answer["letter"], answer["practice"]) == (ruling.letter, ruling.practice), (item, to, parent, on)


def test_the_map_agrees_with_check(world: World) -> None:
    table = law_map(world, ["h100-sxm-80", "l40"], ["MY", "CN"], [date(2025, 5, 20)], ("US",))
    for row in table.iter_rows(named=True):
        tx = Transaction(item=row["item"], from_="US", to=row["to"])
        assert row["US_letter"] == check(world, tx, on=row["on"]).of("US").letter


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    item=st.sampled_from(ITEMS),
    to=st.sampled_from(PLACES),
    parent=st.sampled_from(PLACES),
    on=st.sampled_from(DAYS),
    fact=st.sampled_from(
        ("tpp", "pd", "dc_marketed", "end_user_parent", "from", "end_use", "listed_owner_share", "kyc")
    ),
)
def test_filling_an_unknown_never_flips_a_definite_verdict(
    world: World, item: str, to: str, parent: str, on: date, fact: str
) -> None:
    tx = Transaction(item=item, from_="US", to=to, end_user_parent=parent, unknown=frozenset({fact}))
    book = rulebook(world, on)
    facts = stated(world, tx, on).facts
    for jurisdiction in ("US", "CN"):
        before = outcome(book, jurisdiction, facts)
        for value in cells(book, fact):
            after = outcome(book, jurisdiction, {**facts, fact: value})
            for track in ("letter", "practice"):
                if before.low[track] == before.high[track]:
                    assert after.status(track) == before.status(track)
                assert before.low[track] <= after.low[track] <= after.high[track] <= before.high[track]


def test_moving_the_day_across_no_change_changes_nothing(world: World) -> None:
    tx = Transaction(item="h100-sxm-80", from_="US", to="VN")
    for day, after in zip(days_of_law(world)[-30:], days_of_law(world)[-29:]):
        last = after - timedelta(days=1)
        first, second = (check(world, tx, on=on, outlook=False).of("US") for on in (day, last))
        assert (first.letter, first.practice) == (second.letter, second.practice)


TIGHTER = """
id: shock-tighter
announced: 2026-11-01
issuer: US/BIS
instrument: hypothetical
title: {en: Letter from 300 GB/s}
changes:
  - amend: us.isinf.2025h20
    valid: [2026-11-01, null]
    when:
      all:
        - {exporter_letters: us.isinf.2025h20}
        - {chip: yes}
        - {any: [{mem_bw_gbs: {ge: 300}}, {io_gbs: {ge: 1100}}, {bw_sum_gbs: {ge: 1700}}]}
        - {any: [{to: ["CN:all", MO, "D:5"]}, {end_user_parent: ["D:5", MO]}, {end_user_country: ["D:5", MO]}]}
        - {movement: ear}
"""


def test_tightening_a_threshold_never_makes_a_verdict_better(world: World) -> None:
    tighter, on, graver = world.with_(event_from(TIGHTER)), date(2026, 11, 2), 0
    for chip in world.chips()[::4]:
        tx = Transaction(item=chip.id, from_="US", to="CN", exporter_letters=("us.isinf.2025h20",))
        before, after = (check(w, tx, on=on, jurisdictions=["US"], outlook=False).of("US") for w in (world, tighter))
        assert GRAVITY[after.letter_range[1]] >= GRAVITY[before.letter_range[1]]
        assert GRAVITY[after.letter_range[0]] >= GRAVITY[before.letter_range[0]]
        graver += after.letter != before.letter
    assert graver > 0


def test_letters_only_ever_make_the_letter_graver(world: World) -> None:
    for item in ("h20-96", "l20", "h100-sxm-80"):
        letters: Mapping[str, tuple[str, ...]] = {"without": (), "with": ("us.isinf.2025h20",)}
        gravity = {
            name: GRAVITY[
                check(
                    world,
                    Transaction(item=item, from_="US", to="CN", exporter_letters=held),
                    on="2025-05-01",
                    jurisdictions=["US"],
                    outlook=False,
                )
                .of("US")
                .letter
            ]
            for name, held in letters.items()
        }
        assert gravity["without"] <= gravity["with"]


def test_the_vocabulary_knows_every_fact_of_every_rule(world: World) -> None:
    assert set(rulebook(world, date(2026, 8, 1)).facts) <= set(vocabulary())

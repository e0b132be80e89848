"""The shipped tables: whole, consistent, sourced, and silent about what was not yet known."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from twoeyes.errors import InputError, UnknownNameError
from twoeyes.facts.tables import load_catalogue
from twoeyes.supply import Range, capacity, chain_of
from twoeyes.supply.tables import group_of, load_tables, rows

from .chains import edge, node

NOTED = (
    "h100", "h200", "b200", "b300", "rubin", "mi300x", "mi355x", "tpu-v6e", "tpu-v7", "trainium2", "trainium3",
    "ascend-910b", "ascend-910c", "ascend-950", "cambricon-590",
)  # fmt: skip
LATER = date(2026, 1, 1)
PENANG = (
    "h100-sxm-80", "h200-sxm-141", "b200-sxm", "gb200", "mi300x", "gaudi3", "h20-96", "ascend-910b2", "ascend-910c",
)  # fmt: skip


def test_every_chain_of_the_notes_is_there_and_every_chip_is_in_the_catalogue():
    tables = load_tables()
    assert set(NOTED) <= set(tables.parts)
    assert set(tables.parts) == {chain for chain, _ in tables.chains.values()}
    assert set(tables.chains) <= set(load_catalogue().chips)
    assert {part for parts in tables.parts.values() for part in parts} == {row["part"] for row in tables.edges}
    assert set(tables.nodes) == {row["node"] for row in tables.edges}


@pytest.mark.parametrize("chip", PENANG)
def test_the_chips_of_the_penang_case_have_a_chain_without_gaps_in_may_2025(chip):
    chain = chain_of(chip, date(2025, 10, 1), date(2025, 5, 7))
    assert chain.gaps == ()
    assert {"vendor", "fab", "memory", "assembly"} <= {group.name for group in chain.groups}


def test_designer_and_foundry_agree_with_the_catalogue():
    operators, catalogue = load_tables().operators, load_catalogue().chips
    for chip in load_tables().chains:
        chain = chain_of(chip, date(2026, 11, 23))
        vendor, fab = (
            {e.node.operator for g in chain.groups if g.name == n for e in g.edges} for n in ("vendor", "fab")
        )
        assert {operators[one]["hq"] for one in vendor} == {catalogue[chip].designed_in}, chip
        foundry = (catalogue[chip].foundry or "").lower()
        assert any(one in foundry for one in fab) or "undisclosed" in foundry, (chip, fab)


def first_read(row: dict[str, str]) -> str:
    """An undated page counts from the day it was read; a capacity estimate carries its own date."""
    return row["known_from"] if "period" in row else "2026-11-23"


def test_no_row_is_known_before_its_source_or_its_node():
    published = {row["id"]: row["published"] for row in rows("sources")}
    nodes = load_tables().nodes
    for row in (*rows("edges"), *rows("estimates"), *rows("capacity")):
        date.fromisoformat(row["known_from"])
        for source in filter(None, row["sources"].split("|")):
            assert (published[source] or first_read(row)) <= row["known_from"], row
    for row in rows("edges"):
        assert nodes[row["node"]]["known_from"] <= row["known_from"], row


def test_what_is_reported_has_a_source_and_memory_claims_none():
    for row in (*rows("edges"), *rows("estimates")):
        assert bool(row["sources"]) == (row["confidence"] not in ("memory", "assumed")), row
    used = {name for t in ("edges", "estimates", "capacity") for row in rows(t) for name in row["sources"].split("|")}
    assert {row["id"] for row in rows("sources")} == used - {""}


def test_places_are_places():
    places = set(load_catalogue().places)
    for row in rows("nodes"):
        named = "|".join(filter(None, (row["territorial"], row["extraterritorial"], row["sites"]))).split("|")
        assert set(named) <= places, row
    assert {row["hq"] for row in rows("operators")} <= places


def test_an_estimate_is_used_from_the_day_it_was_public():
    def memory(known: date) -> dict[str, float]:
        chain = chain_of("h20-96", known, known)
        return {e.node.id: e.share.mid for g in chain.groups if g.name == "memory" for e in g.edges}

    assert memory(date(2024, 7, 23)) == {"hbm-sk-hynix": 1.0}
    assert memory(date(2024, 7, 24)) == {"hbm-sk-hynix": 0.5, "hbm-samsung": 0.5}


def test_arizona_and_the_end_of_the_die_bank_are_not_foreseen():
    assert "fab-tsmc-az-n4" not in {e.node.id for e in chain_of("b200-sxm", LATER, date(2025, 5, 14)).edges}
    assert "fab-tsmc-az-n4" in {e.node.id for e in chain_of("b200-sxm", LATER, date(2025, 12, 1)).edges}
    foreseen = {date(2025, 9, 7): date.max, date(2025, 9, 8): date(2026, 7, 1), date(2025, 10, 31): date(2026, 10, 1)}
    for known, ends in foreseen.items():
        bank = next(e for e in chain_of("ascend-910c", LATER, known).edges if e.node.id == "stock-ascend-dies")
        assert bank.until == ends


def test_the_hbm_stock_is_about_1_6_million_packages_of_eight():
    stock = next(e.node for e in chain_of("ascend-910c", LATER, date(2025, 9, 8)).edges if e.node.id == "stock-hbm-cn")
    assert stock.estimates["quantity"].value.mid / 8 == pytest.approx(1.6e6, rel=0.02)


def test_the_binding_memory_of_the_910c_moves_from_stock_to_own_makers():
    chain = chain_of("ascend-910c", date(2026, 11, 23))
    memory = next(group for group in chain.groups if group.name == "memory")
    assert [e.node.id for e in memory.live(date(2025, 6, 1))] == ["stock-hbm-cn"]
    assert [e.node.id for e in memory.live(date(2026, 10, 1))] == ["hbm-cxmt"]


def test_grace_adds_its_own_fab_and_architecture():
    assert {g.name for g in chain_of("gb200", date(2025, 5, 14)).groups} - {
        g.name for g in chain_of("b200-sxm", date(2025, 5, 14)).groups
    } == {"host-cpu-fab", "host-cpu-ip"}


def test_what_cannot_be_answered_says_so():
    with pytest.raises(UnknownNameError, match=r"no supply chain.*'gaudi4'.*gaudi3"):
        chain_of("gaudi4", LATER)
    with pytest.raises(InputError, match="2025-03-18; known is 2024-01-01"):
        chain_of("b300-sxm", LATER, date(2024, 1, 1))
    half = Range(0.5, 0.5, 0.5)
    with pytest.raises(InputError, match="must agree"):
        group_of([edge(node("a"), half, need="any"), edge(node("b"), half, need="all")])


def test_capacity_estimates_keep_their_vintage():
    before, after = capacity(date(2025, 8, 1)), capacity(date(2026, 11, 23))
    assert "cowos-e26" not in before["id"]
    assert "cowos-e26" in after["id"]
    assert after.filter((pl.col("low") > pl.col("mid")) | (pl.col("mid") > pl.col("high"))).is_empty()
    assert after["id"].is_unique().all()

"""Sovereign fraction, effective routes and minimum veto sets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from twoeyes.errors import InputError
from twoeyes.supply import Range, chains_of, effective_routes, minimum_veto_sets, sovereign_fraction

from .chains import START, actor, chain, edge, node

DAY, KNOWN = date(2026, 10, 1), date(2026, 11, 23)
MIX = ("b300-sxm", "ascend-950pr")
HALF, WHOLE = Range(0.5, 0.5, 0.5), Range(1, 1, 1)


def test_the_vector_names_the_worst_of_each_kind():
    held = chains_of(MIX, DAY, KNOWN)
    found = sovereign_fraction(dict.fromkeys(MIX, 1), held, start=DAY, horizon="orders")
    assert list(found) == ["government", "vendor", "fab"]
    assert (found["government"].share.mid, found["government"].actors) == (0, ("JP",))
    assert found["vendor"].share.mid == pytest.approx(0.5)
    assert found["vendor"].actors == ("Huawei", "NVIDIA")
    spared = sovereign_fraction(
        dict.fromkeys(MIX, 1), held, start=DAY, horizon="orders", kinds=["government"], except_for=frozenset({"JP"})
    )["government"]
    assert spared.share.mid == pytest.approx(0.5)
    assert {"US", "CN", "TW"} <= set(spared.actors)


def test_more_vendors_on_one_island_help_against_vendors_alone():
    three = ("b300-sxm", "mi355x", "tpu-v7")
    found = sovereign_fraction(dict.fromkeys(three, 1), chains_of(three, DAY, KNOWN), start=DAY, horizon="orders")
    assert found["vendor"].share.mid == pytest.approx(2 / 3)
    assert found["government"].share.mid == 0


def test_the_installed_base_is_out_of_supplys_reach():
    found = sovereign_fraction(dict.fromkeys(MIX, 1), chains_of(MIX, DAY, KNOWN), start=DAY, horizon="installed")
    assert {one.share for one in found.values()} == {Range(1, 1, 1)}


@pytest.mark.parametrize("lost", ["hbm-micron", "hbm-samsung", "pkg-ase-amkor", "fab-tsmc-az-n4", "odm-quanta"])
def test_the_fraction_never_rises_when_an_alternative_goes(lost):
    held = chains_of(MIX, DAY, KNOWN)
    whole = held["b300-sxm"]
    groups = tuple(replace(g, edges=tuple(e for e in g.edges if e.node.id != lost)) for g in whole.groups)
    poorer = {**held, "b300-sxm": replace(whole, groups=groups)}
    for kind in ("government", "vendor", "fab"):
        before, after = (
            sovereign_fraction(dict.fromkeys(MIX, 1), of, start=DAY, horizon="orders", kinds=[kind])[kind].share
            for of in (held, poorer)
        )
        assert all(a <= b + 1e-12 for a, b in zip(after, before))


def test_effective_routes_count_operators_by_inverse_hhi():
    one = chain(
        edge(node("a", operator="acme"), HALF), edge(node("b", operator="bolt"), HALF),
        edge(node("c", operator="core"), WHOLE, group="film", need="all"),
        edge(node("d"), HALF, group="twins"), edge(node("e"), HALF, group="twins"),
        edge(node("f"), HALF, group="ore", need="buffered"), edge(node("g"), WHOLE, group="tool", dep="capital"),
    )  # fmt: skip
    assert effective_routes(one) == {"g": 2.0, "film": 1.0, "twins": 1.0}
    memory = effective_routes(chains_of(["b300-sxm"], DAY, KNOWN)["b300-sxm"])["memory"]
    assert memory == pytest.approx(1 / (0.65**2 + 0.25**2 + 0.1**2))


def test_minimum_veto_sets_are_the_smallest_and_all_of_them():
    a = chain(edge(node("x", hq="AA"), WHOLE))
    b = chain(edge(node("y", hq="BB"), WHOLE))
    c = chain(edge(node("z", hq="CC"), WHOLE))
    held, weights = {"a": a, "b": b, "c": c}, {"a": 0.5, "b": 0.3, "c": 0.2}
    aa, bb, cc = map(actor, ("AA", "BB", "CC"))
    found = minimum_veto_sets(weights, held, (aa, bb, cc), below=0.4, start=START, horizon="orders")
    assert found == (frozenset({aa, bb}), frozenset({aa, cc}))
    assert minimum_veto_sets(weights, held, (cc,), below=0.4, start=START, horizon="orders") == ()
    one = minimum_veto_sets(weights, held, (aa, bb, cc), below=0.6, start=START, horizon="orders")
    assert one == (frozenset({aa}),)


def test_one_chip_falls_to_one_government():
    held = chains_of(["b300-sxm"], DAY, KNOWN)
    among = tuple(map(actor, ("US", "TW", "JP", "KR")))
    found = minimum_veto_sets({"b300-sxm": 1}, held, among, below=0.1, start=DAY, horizon="orders")
    assert set(found) == {frozenset({actor(name)}) for name in ("US", "TW", "JP")}


@pytest.mark.parametrize("weights", [{}, {"b300-sxm": 0.0}, {"b300-sxm": -1.0}, {"b300-sxm": float("nan")}])
def test_a_portfolio_needs_weights(weights):
    with pytest.raises(InputError, match="weights"):
        sovereign_fraction(weights, chains_of(["b300-sxm"], DAY, KNOWN), start=DAY, horizon="orders")


def test_a_portfolio_needs_its_chains_and_a_share_between_zero_and_one():
    with pytest.raises(InputError, match="mi300x"):
        sovereign_fraction({"mi300x": 1}, chains_of(["b300-sxm"], DAY, KNOWN), start=DAY, horizon="orders")
    with pytest.raises(InputError, match="share"):
        minimum_veto_sets(
            {"b300-sxm": 1}, chains_of(["b300-sxm"], DAY, KNOWN), (actor("US"),), below=0, start=DAY, horizon="orders"
        )

"""The answer for one chip: who is named, what is said, and in which forms."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from twoeyes.errors import InputError
from twoeyes.supply import chain_of, digraph, supply

MAY, TODAY = date(2025, 5, 20), date(2026, 11, 23)
BANNED = re.compile(
    r"cleared|approved|compliant|permitted|allowed|\bOK\b|recommended|\bsafe\b|\blegal\b|合规|合法|放行"
)


def test_who_designs_makes_packages_feeds_and_assembles():
    view = supply("h100-sxm-80", on=MAY, known=MAY)
    assert [e.node.operator for e in view.designs] == ["nvidia"]
    assert [e.node.operator for e in view.fabs] == ["tsmc"]
    assert [e.node.operator for e in view.packages] == ["tsmc"]
    assert [e.node.operator for e in view.memory] == ["sk-hynix", "samsung"]
    assert view.assembles[0].node.operator == "foxconn"


def test_which_governments_can_stop_it_and_how():
    view = supply("h100-sxm-80", on=MAY, known=MAY)
    assert view.can_stop("installed") == ()
    assert {power.actor for power in view.can_stop("orders")} == {"US", "TW", "KR", "JP", "CN"}
    assert {power.actor for power in view.can_stop("industry")} == {"US", "TW", "KR", "JP", "CN", "NL"}
    us = next(power for power in view.can_stop("orders") if power.actor == "US")
    ways = {one.node.id: one.ways for one in us.through}
    assert "headquarters" in ways["ven-nvidia"]
    assert ways["fab-tsmc-tw-n4"] == ("extraterritorial",)
    assert "eda-us" not in ways  # design does not stop orders


def test_an_ascend_is_out_of_washingtons_supply_reach_within_a_year():
    view = supply("ascend-910c", on=date(2025, 10, 1), known=MAY)
    assert {power.actor for power in view.can_stop("orders")} == {"CN", "JP"}
    assert "US" in {power.actor for power in view.can_stop("industry")}


def test_what_is_not_known_is_said():
    view = supply("gaudi3", on=MAY, known=MAY)
    assert view.unrecorded == ("packaging",)
    assert "Not recorded" in view.explain()
    assert {e.confidence for e in view.memory} == {"assumed"}
    early = supply("ascend-950pr", on=date(2025, 11, 1), known=TODAY)
    assert "vendor" in early.gaps
    assert "No source known that day" in early.explain()


@pytest.mark.parametrize("chip", ["h20-96", "gaudi3", "gb200", "ascend-910c", "tpu-v7", "mlu590"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_faces_say_no_verdict(chip, lang):
    view = supply(chip, on=TODAY, known=TODAY)
    text = view.explain(lang)
    assert not BANNED.search(text)
    assert not BANNED.search(view.to_json())
    assert str(TODAY) in text
    for edge in view.edges:
        assert edge.node.name in text


def test_another_language_is_refused():
    with pytest.raises(InputError, match="lang is one of en, zh"):
        supply("h20-96", on=MAY, known=MAY).explain("fr")


def test_json_and_frames_hold_the_same_rows_each_time():
    view = supply("gb200", on=MAY, known=MAY)
    assert view.to_json() == supply("gb200", on=MAY, known=MAY).to_json()
    whole = json.loads(view.to_json())
    assert whole["known"] == "2025-05-20"
    hands, powers = view.frame(), view.frame("powers")
    assert hands.height == len(whole["edges"]) == len(view.edges)
    assert powers.height == sum(len(power["through"]) for power in whole["powers"])
    assert hands.filter(hands["operator"] == "nvidia")["territorial"].to_list() == ["US"]


def test_without_known_everything_in_the_tables_is_used():
    view = supply("b200-sxm", on=date(2026, 10, 1))
    assert "fab-tsmc-az-n4" in {e.node.id for e in view.fabs}
    assert "known: all that the tables hold" in view.explain()


def test_nothing_later_than_known_enters():
    for chip in ("b200-sxm", "ascend-910c", "h20-96", "gaudi3"):
        for edge in supply(chip, on=date(2026, 10, 1), known=MAY).edges:
            assert edge.known_from <= MAY
            assert all(one.known_from <= MAY for one in edge.node.estimates.values())


def test_the_graph_runs_from_actors_to_the_chip():
    import rustworkx as rx

    graph = digraph(chain_of("b300-sxm", TODAY))
    assert rx.is_directed_acyclic_graph(graph)
    labels = list(graph.nodes())
    chip = labels.index("chip:b300")
    assert {labels[at] for at in rx.ancestors(graph, chip)} == set(labels) - {"chip:b300"}
    assert sorted({graph.get_edge_data(at, chip) for at in graph.predecessor_indices(chip)}) == [
        "capital", "design", "flow",
    ]  # fmt: skip
    film, node = labels.index("group:film"), labels.index("node:mat-abf-jp")
    assert graph.get_edge_data(node, film) == "all"
    assert graph.get_edge_data(labels.index("government:US"), labels.index("node:hbm-samsung")) == "extraterritorial"

"""Small chains by hand, and a Hypothesis strategy for arbitrary ones."""

from __future__ import annotations

import re
from datetime import date, timedelta

from hypothesis import strategies as st

from twoeyes.supply import Actor, Chain, Edge, Estimate, Group, Node, Range

START = date(2026, 1, 1)
GOVERNMENTS = ("AA", "BB", "CC")
OPERATORS = ("acme", "bolt", "core")


def actor(name: str) -> Actor:
    """A government by two capitals, a plant by its node's id, else an operator."""
    if len(name) == 2 and name.isupper():
        return Actor(kind="government", name=name)
    plant = name.startswith("fab-") or re.fullmatch(r"n\d\d", name) is not None
    return Actor(kind="fab" if plant else "party", name=name)


def node(name: str, *, hq: str = "AA", operator: str = "acme", kind: str = "fab", weeks: Range | None = None, **reach):
    buffer = {} if weeks is None else {"tts_weeks": buffered(weeks)}
    return Node(
        id=name, name=name, kind=kind, operator=operator, operator_name=operator, headquarters=hq,
        territorial=frozenset(reach.get("soil", ())), extraterritorial=frozenset(reach.get("content", ())),
        estimates=buffer,
    )  # fmt: skip


def buffered(weeks: Range) -> Estimate:
    return Estimate(
        measure="tts_weeks", value=weeks, unit="weeks", confidence="assumed", sources=(), known_from=date(2020, 1, 1)
    )


def edge(of: Node, share: Range, *, group: str = "g", dep: str = "flow", need: str = "any", since=None, until=None):
    return Edge(
        group=group, dep=dep, need=need, node=of, share=share, valid_from=since or date.min, until=until or date.max
    )


def chain(*edges: Edge) -> Chain:
    names = dict.fromkeys(one.group for one in edges)
    groups = [[one for one in edges if one.group == name] for name in names]
    return Chain(
        id="made-up",
        on=START,
        groups=tuple(Group(name=g[0].group, dep=g[0].dep, need=g[0].need, edges=tuple(g)) for g in groups),
    )


_shares = st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3).map(lambda three: Range(*sorted(three)))
_weeks = st.lists(st.integers(0, 200), min_size=3, max_size=3).map(lambda three: Range(*sorted(three)))
_days = st.none() | st.integers(-300, 1300).map(lambda n: START + timedelta(days=n))


@st.composite
def nodes(draw: st.DrawFn, name: str) -> Node:
    some = st.sets(st.sampled_from(GOVERNMENTS), max_size=2)
    return node(
        name, hq=draw(st.sampled_from(GOVERNMENTS)), operator=draw(st.sampled_from(OPERATORS)),
        weeks=draw(st.none() | _weeks), soil=draw(some), content=draw(some),
    )  # fmt: skip


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    edges = []
    for g in range(draw(st.integers(1, 4))):
        dep = draw(st.sampled_from(("flow", "capital", "design")))
        need = draw(st.sampled_from(("any", "all", "buffered")))
        for n in range(draw(st.integers(1, 4))):
            of = draw(nodes(f"n{g}{n}"))
            share, since, until = draw(_shares), draw(_days), draw(_days)
            edges.append(edge(of, share, group=f"g{g}", dep=dep, need=need, since=since, until=until))
    return chain(*edges)

"""From cells to chips, systems, models and places in SI units, and back to what was known of them on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar, cast, get_args

from twoeyes.errors import InputError
from twoeyes.facts.catalog import Attention, Chip, Dtype, Model, Place, System
from twoeyes.facts.cells import FIELDS, Kind, attributes, si
from twoeyes.facts.fact import Fact

Thing = Chip | System | Model | Place
AnyThing = TypeVar("AnyThing", Chip, System, Model, Place)
Facts = Mapping[str, Fact]

_KINDS_OF_ATTENTION: tuple[tuple[str, Attention], ...] = (
    ("hybrid", "hybrid"),  # some layers are linear
    ("sparse", "sparse"),
    ("MLA", "MLA"),  # with or without an index over its keys
)


def chip_of(name: str, facts: Facts) -> Chip:
    """A chip from its cells."""
    values = attributes("chip", name, facts)
    values["hbm_suppliers"] = values["hbm_suppliers"] or ()
    values["status"] = values["status"] or ""
    peaks = {
        dtype: si(facts[f"peak_{dtype}"], FIELDS["chip"][f"peak_{dtype}"])
        for dtype in get_args(Dtype)
        if f"peak_{dtype}" in facts
    }
    return Chip(id=name, peak_flops=peaks, facts=facts, **values)


def system_of(name: str, facts: Facts) -> System:
    """A system from its cells."""
    values = attributes("system", name, facts)
    values["status"] = values["status"] or ""
    return System(id=name, facts=facts, **values)


def model_of(name: str, facts: Facts) -> Model:
    """A model from its cells. Without experts every layer is dense; without key heads of its own every head has one."""
    values = attributes("model", name, facts)
    values["attention"] = attention_kind(values["attention"] or "MHA", name)
    values["kv_heads"] = values["kv_heads"] or values["heads"]
    values["head_dim"] = values["head_dim"] or values["hidden"] // values["heads"]
    for count in ("experts", "shared_experts", "top_k"):
        values[count] = values[count] or 0
    for flag in ("gated_ffn", "tied_embeddings"):
        values[flag] = bool(values[flag])
    values["dense_layers"] = (values["dense_layers"] or 0) if values["experts"] else values["layers"]
    return Model(id=name, facts=facts, **values)


def place_of(name: str, facts: Facts) -> Place:
    """A country or territory from its cells."""
    values = attributes("place", name, facts)
    values["name_zh"] = values["name_zh"] or ""
    return Place(id=name, facts=facts, **values)


def attention_kind(text: str, name: str) -> Attention:
    """The plain kind behind a description such as `MLA + DSA (index top-k 2048)`."""
    if text in get_args(Attention):
        return cast(Attention, text)
    for mark, kind in _KINDS_OF_ATTENTION:
        if mark in text:
            return kind
    raise InputError(f"model {name}: expected attention of {', '.join(get_args(Attention))}, got {text!r}")


MAKE: Mapping[Kind, Any] = {"chip": chip_of, "system": system_of, "model": model_of, "place": place_of}


def as_known(kind: Kind, things: Mapping[str, AnyThing], known: date) -> dict[str, AnyThing]:
    """The things announced by `known`, each from the cells published by then; undated cells and things stay."""
    found: dict[str, AnyThing] = {}
    for name, thing in things.items():
        start = getattr(thing, "released" if kind == "model" else "announced", None)
        if start is not None and start > known:
            continue
        facts = facts_as_known(thing.facts, known)
        found[name] = thing if facts is thing.facts else MAKE[kind](name, facts)
    return found


def facts_as_known(facts: Facts, known: date) -> Facts:
    """The cells published by `known`; where the chosen figure came later, the first dissent published by then."""
    if all(_published(fact, known) for cell in facts.values() for fact in (cell, *cell.dissents)):
        return facts
    found: dict[str, Fact] = {}
    for name, cell in facts.items():
        figures = [fact for fact in (cell, *cell.dissents) if _published(fact, known)]
        if figures:
            found[name] = replace(figures[0], dissents=tuple(replace(fact, dissents=()) for fact in figures[1:]))
    return found


def _published(fact: Fact, known: date) -> bool:
    return fact.known_from is None or fact.known_from <= known

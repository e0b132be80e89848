"""What law needs to know of an item: metrics of a catalogue chip, or the class of a good that goes by a short name."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib import resources
from types import MappingProxyType

from twoeyes.errors import UnknownNameError, unknown_name
from twoeyes.facts.catalog import Chip
from twoeyes.facts.control_metrics import performance_density, total_processing_performance
from twoeyes.facts.tables import load_catalogue
from twoeyes.law.facts import Value, typed
from twoeyes.world import World


@cache
def short_names() -> Mapping[str, Mapping[str, str]]:
    """Facts by item for goods that are no catalogue chip, and what the catalogue lacks for some chips."""
    text = resources.files("twoeyes.law").joinpath("items.csv").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = {}
    for row in csv.DictReader(text.splitlines()):
        found.setdefault(row["item"], {})[row["fact"]] = row["value"]
    return MappingProxyType(found)


def item_facts(world: World, name: str, *, described: bool = False) -> tuple[dict[str, Value], list[str]]:
    """The facts of an item, and what was assumed for them.

    A chip or system that nobody had announced by `known`, or whose day of announcement is not known, is answered
    from its figures, and the answer says so. `described`: the case states the facts itself, so that a name in no
    table is accepted. Raises UnknownNameError with the nearest names.
    """
    chip, assumed = _chip(world, name)
    if chip is not None:
        return {**chip_facts(chip), **_table(chip.id, skip=chip_facts(chip))}, [*assumed, "origin", "us_tools"]
    if name in short_names():
        return {"item": name, "chip": False, "designer": "", "designed_in": "", **_table(name)}, []
    if described:
        return {"item": name}, []
    raise unknown_name("item", name, [*world.catalogue.chips, *world.catalogue.systems, *short_names()])


def chip_facts(chip: Chip) -> dict[str, Value]:
    """Facts of one chip. GB/s; `io_gbs` sums both directions."""
    performance = total_processing_performance(chip)
    return {
        "item": chip.id,
        "chip": True,
        "tpp": performance.value if performance else None,
        "pd": performance_density(chip),
        "mem_bw_gbs": _giga(chip.memory_bw),
        "io_gbs": _giga(chip.scaleup_both_directions_bw),
        "dc_marketed": chip.dc_marketed,
        "designed_in": chip.designed_in,
        "designer": chip.vendor,
        "origin": chip.designed_in,
        "us_tools": True,
        "cn_class": "none",
    }


def _giga(value: float | None) -> float | None:
    return None if value is None else value / 1e9


def _chip(world: World, name: str) -> tuple[Chip | None, list[str]]:
    for catalogue, assumed in ((world.catalogue, []), (load_catalogue(), ["item_not_announced_by_known"])):
        with suppress(UnknownNameError):
            return catalogue.chip(name), assumed
        with suppress(UnknownNameError):
            return catalogue.chip(catalogue.system(name).chip), assumed
    return None, []


def _table(name: str, skip: Mapping[str, Value] | None = None) -> dict[str, Value]:
    facts = short_names().get(name, {})
    return {fact: typed(fact, value) for fact, value in facts.items() if skip is None or skip.get(fact) is None}

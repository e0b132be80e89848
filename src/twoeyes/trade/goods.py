"""What an item of the catalogue is to customs: its code in the importer's schedule, and the facts duties ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from twoeyes.errors import InputError, UnknownNameError, unknown_name
from twoeyes.facts.catalog import Chip
from twoeyes.facts.control_metrics import total_processing_performance
from twoeyes.trade.book import table
from twoeyes.world import World

Form = Literal["ic", "board", "server", "rack"]
_SERVER_CHIPS = 16  # a system of more chips is more than one chassis
_GIGA = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """An item as declared: the code, what says so, and the facts of its chip."""

    item: str
    form: Form
    hts: str
    source: str
    facts: Mapping[str, Any]


def goods_of(world: World, item: str, importer: str, form: Form | None = None) -> Goods:
    """The declared form of a chip (by default a board) or a system (a server, or a rack above 16 chips).

    Raises UnknownNameError for an item that no table holds by `known`, InputError for a form that does not exist.
    """
    chip, usual = _chip(world, item)
    shape = form or usual
    row = next((row for row in table("item_codes") if row["form"] == shape), None)
    if row is None:
        raise InputError(f"form {shape!r}: expected {', '.join(row['form'] for row in table('item_codes'))}")
    performance = total_processing_performance(chip)
    facts = {
        "tpp": performance.value if performance else None,
        "mem_bw_gbs": chip.memory_bw / _GIGA if chip.memory_bw is not None else None,
        "accelerator_module": row["accelerator_module"] == "yes",
    }
    return Goods(
        item=item,
        form=shape,
        hts=row["us_hts"] if importer == "US" else row["hs6"],
        source=row["source"] or row["confidence"],
        facts={name: value for name, value in facts.items() if value is not None},
    )


def _chip(world: World, item: str) -> tuple[Chip, Form]:
    try:
        system = world.system(item)
    except UnknownNameError:
        try:
            return world.chip(item), "board"
        except UnknownNameError:
            names = [thing.id for things in (world.systems(), world.chips()) for thing in things]
            raise unknown_name("item", item, names) from None
    return world.chip(system.chip), "server" if system.chips <= _SERVER_CHIPS else "rack"

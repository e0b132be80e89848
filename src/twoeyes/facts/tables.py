"""The catalogue's tables, read once: one row a cell with its source, turned into things in SI units.

`data/*.csv` is the source of truth, edited by hand: `id, field, value, unit, confidence, sources, known_from, standing,
note`. `standing` is `chosen`, or `dissent` for a figure that disagrees and is kept.
"""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, TypeVar, cast, get_args

from twoeyes.errors import InputError, unknown_name
from twoeyes.facts.catalog import Attention, Chip, Dtype, Model, Place, Price, System
from twoeyes.facts.fact import Confidence, Fact, Source

Row = Mapping[str, str]
Thing = TypeVar("Thing", Chip, System, Model, Place)

UNITS: Mapping[str, float] = {
    "TFLOP/s": 1e12,
    "TOPS": 1e12,
    "GB": 1e9,
    "GB/s": 1e9,
    "Gb/s": 1e9 / 8,
    "kW": 1e3,
    "1e9": 1e9,
    "1e12": 1e12,
}
CHIP_FIELDS = frozenset(
    {"name", "vendor", "designed_in", "announced", "status", "foundry", "process", "non_planar", "compute_dies"}
    | {"die_area", "memory_type", "memory", "memory_bw", "hbm_suppliers", "scaleup_name", "scaleup_bw", "tdp"}
    | {"scaleup_both_directions_bw", "scaleup_domain", "scaleout_bw", "dc_marketed", "variant_of"}
    | {f"peak_{dtype}" for dtype in get_args(Dtype)}
)
SYSTEM_FIELDS = frozenset(
    {"name", "vendor", "designed_in", "announced", "status", "chip", "chips", "topology", "scaleup_name", "scaleup_bw"}
    | {"scaleup_domain", "scaleout_name", "scaleout_bw", "power", "cooling"}
)
MODEL_FIELDS = frozenset(
    {"name", "developer", "released", "params_total", "params_active", "layers", "hidden", "heads", "kv_heads"}
    | {"head_dim", "attention", "q_lora_rank", "kv_lora_rank", "qk_nope_dim", "qk_rope_dim", "v_head_dim", "ffn"}
    | {"gated_ffn", "experts", "shared_experts", "top_k", "expert_ffn", "shared_ffn", "dense_layers", "vocab"}
    | {"max_context", "tied_embeddings", "train_tokens", "train_accelerator", "train_chips", "train_chip_hours"}
    | {"reported_mfu"}
)
PLACE_FIELDS = frozenset({"name", "name_zh", "power", "dc_capex", "pue", "vat", "duty_servers"})
FIELDS: Mapping[str, frozenset[str]] = {
    "chip": CHIP_FIELDS,
    "system": SYSTEM_FIELDS,
    "model": MODEL_FIELDS,
    "place": PLACE_FIELDS,
}


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Everything in the tables, by id. `digest` is over the bytes that it was read from."""

    chips: Mapping[str, Chip]
    systems: Mapping[str, System]
    models: Mapping[str, Model]
    places: Mapping[str, Place]
    prices: tuple[Price, ...]
    aliases: Mapping[tuple[str, str], tuple[str, ...]]
    digest: str
    later: frozenset[str] = field(default_factory=frozenset)  # ids that exist, but were not announced by the day asked

    def as_known(self, known: date) -> Catalogue:
        """The catalogue of a day: nothing announced later, no price seen later."""
        chips = {name: chip for name, chip in self.chips.items() if chip.announced and chip.announced <= known}
        systems = {
            name: system
            for name, system in self.systems.items()
            if system.announced and system.announced <= known and system.chip in chips
        }
        models = {name: model for name, model in self.models.items() if model.released and model.released <= known}
        everything = {*self.chips, *self.systems, *self.models}
        return replace(
            self,
            chips=chips,
            systems=systems,
            models=models,
            prices=tuple(price for price in self.prices if price.known_from <= known),
            later=frozenset(everything - {*chips, *systems, *models}),
        )

    def chip(self, name: str) -> Chip:
        return self._named("chip", name, self.chips)

    def system(self, name: str) -> System:
        return self._named("system", name, self.systems)

    def model(self, name: str) -> Model:
        return self._named("model", name, self.models)

    def place(self, name: str) -> Place:
        return self._named("place", name.upper(), self.places)

    def prices_of(self, item: str) -> tuple[Price, ...]:
        """Prices seen for a chip or system, oldest first."""
        return tuple(sorted((price for price in self.prices if price.item == item), key=lambda p: p.known_from))

    def exists_later(self, name: str) -> bool:
        """Whether a name is in the tables, but was not announced by the day of this catalogue."""
        targets = {target for kind in FIELDS for target in self.aliases.get((kind, name.lower()), ())}
        return bool(({name} | targets) & self.later)

    def _named(self, kind: str, name: str, things: Mapping[str, Thing]) -> Thing:
        if name in things:
            return things[name]
        targets = self.aliases.get((kind, name.lower()), ())
        present = [target for target in targets if target in things]
        if len(present) > 1:
            raise InputError(f"{name!r} is the name of {len(present)} {kind}s: {', '.join(present)}; give one of these ids")
        if present:
            return things[present[0]]
        names = {alias for aliased, alias in self.aliases if aliased == kind}
        raise unknown_name(kind, name, [*things, *names])


@cache
def load_catalogue() -> Catalogue:
    """The shipped catalogue, whole."""
    sources = _sources()
    tables = {name: read_table(name) for name in ("chips", "systems", "models", "places")}
    digest = hashlib.sha256()
    for name in ("aliases", "chips", "models", "places", "prices", "sources", "systems"):
        digest.update(_text(name).encode())
    return Catalogue(
        chips=things(tables["chips"], sources, chip_of),
        systems=things(tables["systems"], sources, system_of),
        models=things(tables["models"], sources, model_of),
        places=things(tables["places"], sources, place_of),
        prices=tuple(price_of(row, sources) for row in _rows("prices")),
        aliases=_aliases(),
        digest=digest.hexdigest(),
    )


def things(
    rows: Iterable[Row], sources: Mapping[str, Source], make: Callable[[str, Cells], Thing]
) -> Mapping[str, Thing]:
    """Things by id from rows of cells; dissenting rows go beside the chosen cell."""
    cells: dict[str, dict[str, Fact]] = defaultdict(dict)
    dissents: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for row in rows:
        cell = fact_of(row, sources)
        if row["standing"] == "dissent":
            dissents[row["id"], row["field"]].append(cell)
        else:
            cells[row["id"]][row["field"]] = cell
    for (name, key), others in dissents.items():
        cells[name][key] = replace(cells[name][key], dissents=tuple(others))
    return MappingProxyType({name: make(name, Cells(facts)) for name, facts in cells.items()})


def fact_of(row: Row, sources: Mapping[str, Source]) -> Fact:
    """One row as a fact, in its published unit."""
    text = row["value"]
    value: str | float | bool = {"yes": True, "no": False}.get(text, text)
    if row["unit"] and row["unit"] != "date":
        value = float(text)
    return Fact(
        value=value,
        unit=row["unit"],
        confidence=cast(Confidence, row["confidence"]),
        sources=tuple(sources[name] for name in row["sources"].split("|") if name),
        known_from=_date(row["known_from"]),
        note=row["note"],
    )


class Cells:
    """The cells of one thing, read by field in SI units; None where the table holds none."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self.facts = MappingProxyType(dict(facts))

    def text(self, name: str) -> str | None:
        fact = self.facts.get(name)
        return None if fact is None else str(fact.value)

    def number(self, name: str) -> float | None:
        fact = self.facts.get(name)
        return None if fact is None else float(fact.value) * UNITS.get(fact.unit, 1.0)

    def count(self, name: str) -> int | None:
        number = self.number(name)
        return None if number is None else round(number)

    def flag(self, name: str) -> bool | None:
        fact = self.facts.get(name)
        return None if fact is None else bool(fact.value)

    def day(self, name: str) -> date | None:
        text = self.text(name)
        return None if text is None else _date(text)

    def needed(self, name: str) -> Any:
        fact = self.facts.get(name)
        if fact is None:
            raise InputError(f"field {name!r} is missing from the tables; every thing of its kind needs it")
        return fact.value


def chip_of(name: str, cells: Cells) -> Chip:
    """A chip from its cells."""
    peaks = {dtype: cells.number(f"peak_{dtype}") for dtype in get_args(Dtype)}
    return Chip(
        id=name,
        name=str(cells.needed("name")),
        vendor=str(cells.needed("vendor")),
        designed_in=str(cells.needed("designed_in")),
        announced=cells.day("announced"),
        status=cells.text("status") or "",
        foundry=cells.text("foundry"),
        process=cells.text("process"),
        non_planar=cells.flag("non_planar"),
        compute_dies=cells.count("compute_dies"),
        die_area_mm2=cells.number("die_area"),
        peak_flops=MappingProxyType({dtype: peak for dtype, peak in peaks.items() if peak}),
        memory_type=cells.text("memory_type"),
        memory_bytes=cells.number("memory"),
        memory_bw=cells.number("memory_bw"),
        hbm_suppliers=tuple(part.strip() for part in (cells.text("hbm_suppliers") or "").split(";") if part.strip()),
        scaleup_name=cells.text("scaleup_name"),
        scaleup_bw=cells.number("scaleup_bw"),
        scaleup_both_directions_bw=cells.number("scaleup_both_directions_bw"),
        scaleup_domain=cells.count("scaleup_domain"),
        scaleout_bw=cells.number("scaleout_bw"),
        tdp_w=cells.number("tdp"),
        dc_marketed=cells.flag("dc_marketed"),
        variant_of=cells.text("variant_of"),
        facts=cells.facts,
    )


def system_of(name: str, cells: Cells) -> System:
    """A system from its cells."""
    cooling = cells.text("cooling")
    if cooling not in (None, "air", "liquid", "hybrid"):
        raise InputError(f"system {name}: cooling is air, liquid or hybrid, not {cooling!r}")
    return System(
        id=name,
        name=str(cells.needed("name")),
        vendor=str(cells.needed("vendor")),
        designed_in=str(cells.needed("designed_in")),
        announced=cells.day("announced"),
        status=cells.text("status") or "",
        chip=str(cells.needed("chip")),
        chips=int(float(cells.needed("chips"))),
        topology=cells.text("topology"),
        scaleup_name=cells.text("scaleup_name"),
        scaleup_bw=cells.number("scaleup_bw"),
        scaleup_domain=cells.count("scaleup_domain"),
        scaleout_name=cells.text("scaleout_name"),
        scaleout_bw=cells.number("scaleout_bw"),
        power_w=cells.number("power"),
        cooling=cast(Any, cooling),
        facts=cells.facts,
    )


def model_of(name: str, cells: Cells) -> Model:
    """A model from its cells. A model without experts has only dense layers."""
    layers, experts = int(float(cells.needed("layers"))), cells.count("experts") or 0
    stated_dense = cells.count("dense_layers") or 0
    return Model(
        id=name,
        name=str(cells.needed("name")),
        developer=str(cells.needed("developer")),
        released=cells.day("released"),
        params_total=cells.number("params_total"),
        params_active=cells.number("params_active"),
        layers=layers,
        hidden=int(float(cells.needed("hidden"))),
        heads=int(float(cells.needed("heads"))),
        kv_heads=cells.count("kv_heads") or int(float(cells.needed("heads"))),
        head_dim=cells.count("head_dim") or 0,
        attention=attention_kind(cells.text("attention") or "MHA"),
        q_lora_rank=cells.count("q_lora_rank"),
        kv_lora_rank=cells.count("kv_lora_rank"),
        qk_nope_dim=cells.count("qk_nope_dim"),
        qk_rope_dim=cells.count("qk_rope_dim"),
        v_head_dim=cells.count("v_head_dim"),
        ffn=cells.count("ffn"),
        gated_ffn=bool(cells.flag("gated_ffn")),
        experts=experts,
        shared_experts=cells.count("shared_experts") or 0,
        top_k=cells.count("top_k") or 0,
        expert_ffn=cells.count("expert_ffn"),
        shared_ffn=cells.count("shared_ffn"),
        dense_layers=stated_dense if experts else layers,
        vocab=int(float(cells.needed("vocab"))),
        max_context=cells.count("max_context"),
        tied_embeddings=bool(cells.flag("tied_embeddings")),
        facts=cells.facts,
    )


def attention_kind(text: str) -> Attention:
    """The plain kind behind a description: anything with linear layers is hybrid, with an index sparse."""
    for mark, kind in (("hybrid", "hybrid"), ("sparse", "sparse"), ("DSA", "MLA"), ("MSA", "sparse")):
        if mark in text:
            return cast(Attention, kind)
    if text not in get_args(Attention):
        raise InputError(f"attention is one of {', '.join(get_args(Attention))}, not {text!r}")
    return cast(Attention, text)


def place_of(name: str, cells: Cells) -> Place:
    """A country or territory from its cells."""
    return Place(
        id=name,
        name=str(cells.needed("name")),
        name_zh=cells.text("name_zh") or "",
        power_usd_per_kwh=cells.number("power"),
        dc_capex_usd_per_w=cells.number("dc_capex"),
        pue=cells.number("pue"),
        vat_pct=cells.number("vat"),
        duty_servers_pct=cells.number("duty_servers"),
        facts=cells.facts,
    )


def price_of(row: Row, sources: Mapping[str, Source]) -> Price:
    """One price observation."""
    return Price(
        item=row["item"],
        label=row["label"],
        kind=cast(Any, row["kind"]),
        low=float(row["low"]),
        high=float(row["high"]),
        currency=row["currency"],
        unit=row["unit"],
        known_from=date.fromisoformat(row["known_from"]),
        sources=tuple(sources[name] for name in row["sources"].split("|") if name),
        note=row["note"],
    )


def read_table(name: str) -> list[Row]:
    """The rows of one shipped table."""
    return _rows(name)


def _rows(name: str) -> list[Row]:
    return list(csv.DictReader(_text(name).splitlines()))


@cache
def _text(name: str) -> str:
    return resources.files("twoeyes.facts").joinpath("data", f"{name}.csv").read_text(encoding="utf-8")


@cache
def _sources() -> Mapping[str, Source]:
    return {row["id"]: Source(url=row["url"], read=row["read"] == "yes") for row in _rows("sources")}


def _aliases() -> Mapping[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in _rows("aliases"):
        found[row["kind"], row["alias"].lower()].append(row["id"])
    return MappingProxyType({key: tuple(names) for key, names in found.items()})


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


__all__ = ["FIELDS", "Catalogue", "Cells", "load_catalogue", "read_table", "things"]

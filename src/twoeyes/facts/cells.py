"""The fields of the tables: their type, the unit they are written in, and where they land in a thing.

A cell is written as published (`GB/s`, `kW`) and typed here, once; `si` turns it into what the program computes with.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, cast, get_args

from twoeyes.errors import InputError, nearest
from twoeyes.facts.catalog import Dtype
from twoeyes.facts.fact import Fact

Kind = Literal["chip", "system", "model", "place"]
Type = Literal["text", "words", "number", "count", "flag", "date"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column that a thing may have. `attribute` is its name on the thing; None keeps it among the facts only."""

    type: Type
    attribute: str | None
    unit: str = ""
    si: float = 1.0
    needed: bool = False
    least: float = 0.0
    zero: bool = False
    choices: tuple[str, ...] = ()


def _text(attribute: str | None, *, needed: bool = False, choices: tuple[str, ...] = ()) -> Field:
    return Field(type="text", attribute=attribute, needed=needed, choices=choices)


def _number(attribute: str | None, unit: str, si: float = 1.0, *, least: float = 0.0, zero: bool = False) -> Field:
    return Field(type="number", attribute=attribute, unit=unit, si=si, least=least, zero=zero)


def _count(attribute: str | None, *, needed: bool = False) -> Field:
    return Field(type="count", attribute=attribute, needed=needed, zero=True)


_MAKER = {
    "name": _text("name", needed=True),
    "vendor": _text("vendor", needed=True),
    "designed_in": _text("designed_in", needed=True),
    "announced": Field(type="date", attribute="announced"),
    "status": _text("status"),
}
_LINKS = {
    "scaleup_name": _text("scaleup_name"),
    "scaleup_bw": _number("scaleup_bw", "GB/s", 1e9),
    "scaleup_domain": _count("scaleup_domain"),
    "scaleout_bw": _number("scaleout_bw", "Gb/s", 1e9 / 8),
}
_PEAKS = {
    f"peak_{dtype}": _number(None, "TOPS" if dtype.startswith("int") else "TFLOP/s", 1e12) for dtype in get_args(Dtype)
}

FIELDS: Mapping[Kind, Mapping[str, Field]] = {
    "chip": {
        **_MAKER,
        "foundry": _text("foundry"),
        "process": _text("process"),
        "non_planar": Field(type="flag", attribute="non_planar"),
        "compute_dies": _count("compute_dies"),
        "die_area": _number("die_area_mm2", "mm2"),
        **_PEAKS,
        "memory_type": _text("memory_type"),
        "memory": _number("memory_bytes", "GB", 1e9),
        "memory_bw": _number("memory_bw", "GB/s", 1e9),
        "hbm_suppliers": Field(type="words", attribute="hbm_suppliers"),
        **_LINKS,
        "scaleup_both_directions_bw": _number("scaleup_both_directions_bw", "GB/s", 1e9),
        "tdp": _number("tdp_w", "W"),
        "dc_marketed": Field(type="flag", attribute="dc_marketed"),
        "variant_of": _text("variant_of"),
        "tpp_published": _number(None, "TOPS x bits"),
    },
    "system": {
        **_MAKER,
        "chip": _text("chip", needed=True),
        "chips": _count("chips", needed=True),
        "topology": _text("topology"),
        **_LINKS,
        "scaleout_name": _text("scaleout_name"),
        "power": _number("power_w", "kW", 1e3),
        "cooling": _text("cooling", choices=("air", "liquid", "hybrid")),
        "memory_total": _number(None, "GB", 1e9),
        "peak_total_bf16": _number(None, "PFLOP/s", 1e15),
        "peak_total_fp8": _number(None, "PFLOP/s", 1e15),
        "peak_total_fp4": _number(None, "PFLOP/s", 1e15),
    },
    "model": {
        "name": _text("name", needed=True),
        "developer": _text("developer", needed=True),
        "released": Field(type="date", attribute="released"),
        "params_total": _number("params_total", "1e9", 1e9),
        "params_active": _number("params_active", "1e9", 1e9),
        "layers": _count("layers", needed=True),
        "hidden": _count("hidden", needed=True),
        "heads": _count("heads", needed=True),
        "kv_heads": _count("kv_heads"),
        "head_dim": _count("head_dim"),
        "attention": _text("attention"),
        "q_lora_rank": _count("q_lora_rank"),
        "kv_lora_rank": _count("kv_lora_rank"),
        "qk_nope_dim": _count("qk_nope_dim"),
        "qk_rope_dim": _count("qk_rope_dim"),
        "v_head_dim": _count("v_head_dim"),
        "ffn": _count("ffn"),
        "gated_ffn": Field(type="flag", attribute="gated_ffn"),
        "experts": _count("experts"),
        "shared_experts": _count("shared_experts"),
        "top_k": _count("top_k"),
        "expert_ffn": _count("expert_ffn"),
        "shared_ffn": _count("shared_ffn"),
        "dense_layers": _count("dense_layers"),
        "vocab": _count("vocab", needed=True),
        "max_context": _count("max_context"),
        "tied_embeddings": Field(type="flag", attribute="tied_embeddings"),
        "train_tokens": _number(None, "1e12", 1e12),
        "train_accelerator": _text(None),
        "train_chips": _count(None),
        "train_chip_hours": _number(None, "h"),
        "train_flop": _number(None, "FLOP"),
        "reported_mfu": _number(None, "share"),
    },
    "place": {
        "name": _text("name", needed=True),
        "name_zh": _text("name_zh"),
        "power": _number("power_usd_per_kwh", "USD/kWh"),
        "dc_capex": _number("dc_capex_usd_per_w", "USD/W"),
        "pue": _number("pue", "ratio", least=1.0),
        "vat": _number("vat_pct", "%", zero=True),
        "duty_servers": _number("duty_servers_pct", "%", zero=True),
    },
}


def field_of(kind: Kind, name: str, where: str) -> Field:
    """The field of that name. Raises InputError with the nearest one that exists."""
    fields = FIELDS[kind]
    if name not in fields:
        close = nearest(name, fields)
        hint = f"did you mean {close[0]!r}?" if close else f"a {kind} has: {', '.join(fields)}"
        raise InputError(f"{where}: unknown field {name!r} of a {kind}; {hint}")
    return fields[name]


def typed(text: str, field: Field, where: str) -> str | float | bool:
    """The value of a cell, still in its published unit. Raises InputError for anything the field does not take."""
    match field.type:
        case "number" | "count":
            return _numeric(text, field, where)
        case "flag":
            if text not in ("yes", "no"):
                raise InputError(f"{where}: expected yes or no, got {text!r}")
            return text == "yes"
        case "date":
            _day(text, where)
        case _:
            if field.choices and text not in field.choices:
                raise InputError(f"{where}: expected one of {', '.join(field.choices)}, got {text!r}")
    if not text.strip():
        raise InputError(f"{where}: the value is blank; leave the field out where it is unknown")
    return text


def _numeric(text: str, field: Field, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise InputError(f"{where}: expected a number in {field.unit or 'units of one'}, got {text!r}") from None
    if not math.isfinite(value) or value < field.least or (value == 0 and not field.zero):
        bound = f"of at least {field.least:g}" if field.least or field.zero else "above zero"
        raise InputError(f"{where}: expected a finite number {bound}, got {text!r}; leave out what is unknown")
    if field.type == "count" and value != int(value):
        raise InputError(f"{where}: expected a whole number, got {text!r}")
    return int(value) if field.type == "count" else value


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{where}: expected a day as YYYY-MM-DD, got {text!r}") from None


def si(fact: Fact, field: Field) -> Any:
    """What a thing holds for a cell: SI units, a date, or a tuple of words."""
    match field.type:
        case "number":
            return cast(float, fact.value) * field.si
        case "date":
            return date.fromisoformat(cast(str, fact.value))
        case "words":
            return tuple(part.strip() for part in cast(str, fact.value).split(";") if part.strip())
        case _:
            return fact.value


def attributes(kind: Kind, name: str, facts: Mapping[str, Fact]) -> dict[str, Any]:
    """Every attribute of a thing from its cells, None where there is no cell. Raises InputError for a missing one that
    every thing of the kind needs.
    """
    found: dict[str, Any] = {}
    for key, field in FIELDS[kind].items():
        fact = facts.get(key)
        if fact is None and field.needed:
            raise InputError(f"{kind} {name}: field {key!r} is missing; every {kind} needs {', '.join(needed(kind))}")
        if field.attribute is not None:
            found[field.attribute] = None if fact is None else si(fact, field)
    return found


def needed(kind: Kind) -> Iterable[str]:
    """The fields that every thing of a kind has."""
    return (name for name, field in FIELDS[kind].items() if field.needed)

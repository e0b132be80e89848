"""Per cents into US dollars: what customs values, what freight adds, what each layer takes, what passes through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite

from twoeyes.errors import InputError
from twoeyes.trade.book import table
from twoeyes.trade.duties import Assessment, Layer


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLine:
    """One line of a cost in US dollars: what it is reckoned on, and where the figure comes from."""

    label: str
    usd: float
    basis: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """The landed cost of one entry in US dollars. `lines` add up to `total`; `vat` is cash that is normally recovered.

    `customs_value` is FOB or CIF as the importer's law has it. `low` and `high` span the missing facts and the freight;
    `high` is None where nothing bounds it. Where a rate is not yet set, `total` is the floor.
    """

    lines: tuple[CostLine, ...]
    customs_value: float
    basis: str
    total: float
    low: float
    high: float | None
    vat: float


def money_of(found: Assessment, to: str, on: date, value: float, transport: str) -> Money:
    """The money of an assessment for goods worth `value` US dollars FOB.

    Raises InputError for a value that is not finite and positive, or a way of transport without a freight row.
    """
    if not (isfinite(value) and value > 0):
        raise InputError(f"value: expected US dollars above 0, got {value}")
    way = _way(transport)
    freight, insurance = value * float(way["freight"]), value * float(way["insurance"])
    basis = _basis(to)
    customs = value if basis == "fob" else value + freight + insurance
    source = f"share of value by {way['transport']}, {way['confidence']}"
    duties = [_duty_line(layer, customs) for layer in found.layers if layer.status == "applied" and layer.pct]
    lines = (
        CostLine(label="FOB value", usd=value, basis="as given", source="stated"),
        CostLine(label="freight", usd=freight, basis=f"{float(way['freight']):.2%} of FOB", source=source),
        CostLine(label="insurance", usd=insurance, basis=f"{float(way['insurance']):.2%} of FOB", source=source),
        *duties,
        *_fee_lines(found.fees, customs, on),
    )
    total = sum(line.usd for line in lines)
    duty = sum(line.usd for line in duties)
    swing = value * (float(way["freight_high"]) - float(way["freight"]))
    least = value * (float(way["freight"]) - float(way["freight_low"]))
    return Money(
        lines=lines,
        customs_value=customs,
        basis=basis,
        total=total,
        low=total - duty + customs * found.low / 100 - least,
        high=None if found.high is None else total - duty + customs * found.high / 100 + swing,
        vat=(value + freight + insurance + duty) * found.vat / 100,
    )


def _way(transport: str) -> Mapping[str, str]:
    for row in table("freight"):
        if row["transport"] == transport:
            return row
    raise InputError(f"transport {transport!r}: expected {', '.join(row['transport'] for row in table('freight'))}")


def _basis(importer: str) -> str:
    rows = {row["importer"]: row["basis"] for row in table("valuation")}
    return rows.get(importer, rows["*"])


def _duty_line(layer: Layer, customs: float) -> CostLine:
    pct = layer.pct or 0.0
    return CostLine(
        label=layer.name, usd=customs * pct / 100, basis=f"{pct:g} % of customs value", source=layer.citation
    )


def _fee_lines(fees: Iterable[Layer], customs: float, on: date) -> Iterable[CostLine]:
    for fee in fees:
        if fee.status != "applied" or not fee.pct:
            continue
        least, greatest = _bounds(fee.name, on)
        usd = min(max(customs * fee.pct / 100, least), greatest)
        yield CostLine(label=fee.name, usd=usd, basis=f"{fee.pct:g} % within bounds per entry", source=fee.citation)


def _bounds(fee: str, on: date) -> tuple[float, float]:
    rows = [row for row in table("entry_fees") if row["fee"] == fee and date.fromisoformat(row["from"]) <= on]
    if not rows:
        return 0.0, float("inf")
    last = max(rows, key=lambda row: row["from"])
    return float(last["least_usd"]), float(last["greatest_usd"])

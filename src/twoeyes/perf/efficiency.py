"""The few constants that physics does not give: how much of a peak is reached, and what overlaps with what.

They live in `efficiency.csv`, each with bounds, a source and a confidence. None is fitted; but the overhead of a step
and the fp8 and fp4 shares were set after looking at training runs, so those runs are no blind test of them.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from twoeyes.facts.catalog import Chip


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """One row: the value in use, its physical or observed bounds, where it was read and how far to trust it."""

    key: str
    chip: str
    value: float
    low: float
    high: float
    unit: str
    confidence: str
    source: str
    note: str


@cache
def constants() -> Mapping[tuple[str, str], Constant]:
    """Every row by (key, chip); chip `*` stands for all."""
    text = files("twoeyes.perf").joinpath("efficiency.csv").read_text(encoding="utf-8")
    rows = (_constant(row) for row in csv.DictReader(text.splitlines()))
    return {(row.key, row.chip): row for row in rows}


def constant(key: str, chip: Chip | None = None) -> Constant:
    """The constant for a chip: its own row, else that of the chip it is a variant of, else the row for all chips."""
    table = constants()
    names = [] if chip is None else [chip.id, chip.variant_of or "*"]
    return next(table[key, name] for name in (*names, "*") if (key, name) in table)


def value(key: str, chip: Chip | None = None) -> float:
    """The value of `constant`."""
    return constant(key, chip).value


def _constant(row: Mapping[str, str]) -> Constant:
    return Constant(
        key=row["key"],
        chip=row["chip"],
        value=float(row["value"]),
        low=float(row["low"]),
        high=float(row["high"]),
        unit=row["unit"],
        confidence=row["confidence"],
        source=row["source"],
        note=row["note"],
    )

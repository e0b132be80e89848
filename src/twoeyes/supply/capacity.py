"""Published estimates of output and capacity: units, wafers, stacks, yields, lead times, each with its vintage."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from twoeyes.supply.tables import rows

if TYPE_CHECKING:
    import polars as pl


def capacity(known: date) -> pl.DataFrame:
    """The estimates that were public by a day: `id, item, actor, period, low, mid, high, unit, confidence, sources,
    known_from, note`. Estimates drift faster than they spread, so the vintage is part of the figure."""
    import polars as pl

    table = pl.DataFrame(rows("capacity"))
    return table.with_columns(pl.col("low", "mid", "high").cast(pl.Float64), pl.col("known_from").str.to_date()).filter(
        pl.col("known_from") <= known
    )

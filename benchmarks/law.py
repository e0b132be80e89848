"""How fast the law is read: the map, a million random transactions, and one explained verdict, beside a plain loop.

    python benchmarks/law.py [--rows 1000000]

The map is the whole catalogue x every country or territory x every day on which the law changed, letter and practice of
each jurisdiction materialised. The random transactions have distinct parties and facts, a tenth of the facts unknown.
The plain loop is the row-at-a-time reading of the same rules that explanations use, on a sample of the same rows.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import date
from typing import TypeVar

import numpy as np
import polars as pl

from twoeyes.law import Transaction, check, check_frame, law_map
from twoeyes.law.answers import outcome
from twoeyes.law.frames import DEFAULT_JURISDICTIONS, completed
from twoeyes.law.rulebook import days_of_law, rulebook
from twoeyes.world import World

SEED = 20250514
NULLS = 0.10
SAMPLE = 400
DAYS = (date(2023, 12, 1), date(2025, 5, 20), date(2025, 10, 15), date(2026, 8, 1))
Result = TypeVar("Result")


def timed(work: Callable[[], Result]) -> tuple[Result, float]:
    """A result and the seconds that it took."""
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def random_transactions(world: World, rows: int) -> pl.DataFrame:
    """Rows of distinct transactions on a few days; numbers are drawn around the thresholds."""
    rng = np.random.default_rng(SEED)
    items = [chip.id for chip in world.chips()]
    places = [place.id for place in world.places()]

    def pick(values: list[str]) -> np.ndarray:
        return np.array(values)[rng.integers(0, len(values), rows)]

    columns = {
        "item": pick(items),
        "action": pick(["export", "reexport", "transfer", "use", "rent"]),
        "from": pick(places),
        "to": pick(places),
        "end_user_country": pick(places),
        "end_user_parent": pick(places),
        "end_use": pick(["civil", "civil", "civil", "military"]),
        "end_user": np.char.add("party-", np.arange(rows).astype(str)),
        "tpp": rng.uniform(500, 30000, rows),
        "pd": rng.uniform(0.5, 25, rows),
        "mem_bw_gbs": rng.uniform(200, 8000, rows),
        "io_gbs": rng.uniform(32, 1800, rows),
        "dc_marketed": rng.random(rows) < 0.8,
        "listed_owner_share": np.where(rng.random(rows) < 0.9, 0.0, rng.uniform(0, 100, rows)),
        "on": np.array(DAYS, dtype="datetime64[D]")[rng.integers(0, len(DAYS), rows)],
    }
    frame = pl.DataFrame(columns)
    kept = ("item", "action", "end_user", "on")
    return frame.with_columns(
        pl.when(pl.Series(rng.random(rows) >= NULLS)).then(pl.col(name)).alias(name)
        for name in frame.columns
        if name not in kept
    )


def plain_loop(world: World, frame: pl.DataFrame) -> int:
    """The same statuses row by row, in Python; how many were read."""
    read = 0
    for (on,), part in frame.partition_by("on", as_dict=True, include_key=False).items():
        book = rulebook(world, on)
        for row in completed(world, part).iter_rows(named=True):
            facts = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
            for jurisdiction in DEFAULT_JURISDICTIONS:
                outcome(book, jurisdiction, facts)
                read += 1
    return read


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    world = World()
    items, places = [chip.id for chip in world.chips()], [place.id for place in world.places()]
    table, seconds = timed(lambda: law_map(world, items, places))
    cells = table.height * 2 * len(DEFAULT_JURISDICTIONS)
    print(f"map: {len(items)} items x {len(places)} places x {len(days_of_law(world))} days = {table.height:,} rows")
    print(f"     {seconds:.2f} s, {table.height / seconds:,.0f} rows/s, {cells / seconds:,.0f} verdicts/s")
    frame = random_transactions(world, rows)
    answered, seconds = timed(lambda: check_frame(world, frame))
    fast = answered.height / seconds
    print(f"random: {rows:,} rows x {len(DEFAULT_JURISDICTIONS)} jurisdictions, {NULLS:.0%} unknown")
    print(f"     {seconds:.2f} s, {rows / seconds:,.0f} rows/s, {fast:,.0f} jurisdiction answers/s")
    read, seconds = timed(lambda: plain_loop(world, frame.head(SAMPLE)))
    print(f"plain loop on {SAMPLE} of them: {read / seconds:,.0f} answers/s; ratio {fast / (read / seconds):,.0f}")
    tx = Transaction(item="h100-sxm-80", from_="US", to="MY")
    _, seconds = timed(lambda: [check(world, tx, on="2025-05-20").explain() for _ in range(20)])
    print(f"one explained verdict with its outlook: {seconds / 20 * 1e3:.1f} ms")


if __name__ == "__main__":
    main()

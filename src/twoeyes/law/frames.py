"""Many transactions at once: `check_frame` for rows of facts, `law_map` for items x places x days.

Rows that no rule can tell apart are answered once: every fact is first replaced by the cell that it lies in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import reduce
from math import prod

import polars as pl

from twoeyes.errors import InputError, nearest
from twoeyes.facts.vocabulary import vocabulary
from twoeyes.law.answers import OTHER_PLACE, OTHER_WORD, cells, class_of, edges_of, named_by
from twoeyes.law.evaluate import BOUNDS, bounds
from twoeyes.law.facts import DTYPES, silence, term
from twoeyes.law.items import item_facts
from twoeyes.law.rulebook import STATUS, TRACKS, Rulebook, as_known, days_of_law, rulebook
from twoeyes.law.transaction import FALLBACKS, plain
from twoeyes.law.turning import turning
from twoeyes.world import FIRST_DAY, World

STATUSES = pl.Enum([STATUS[gravity] for gravity in sorted(STATUS)])
DEFAULT_JURISDICTIONS = ("US", "CN", "MY")
MOST_ANSWERS = 4096
CHUNK = 8192
_UNKNOWN = {gravity for gravity, status in STATUS.items() if status == "unknown"}.pop()


def check_frame(
    world: World, frame: pl.DataFrame, jurisdictions: Sequence[str] = DEFAULT_JURISDICTIONS
) -> pl.DataFrame:
    """Statuses for every row of `frame` and jurisdiction: `row`, `jurisdiction`, `letter`, `practice` and their ranges.

    Columns of `frame` are facts of the vocabulary by name, with `on` and, where it varies, `known` (dates). A column
    that is missing is not stated; a null in one that is there is unknown. Raises InputError for a column that is no
    fact, naming the nearest.
    """
    _check_columns(frame)
    whole = frame.with_row_index("row")
    keys = ["on", *(["known"] if "known" in frame.columns else [])]
    answered = []
    for key, part in whole.partition_by(keys, as_dict=True, include_key=False).items():
        on = key[0]
        then = world if len(key) == 1 or key[1] is None else as_known(world, key[1])
        answered.append(_part(then, part, on, jurisdictions))
    return pl.concat(answered).sort("row", "jurisdiction") if answered else _empty()


def _check_columns(frame: pl.DataFrame) -> None:
    known = {*vocabulary(), "on", "known"}
    for name in frame.columns:
        if name not in known:
            close = nearest(name, known)
            raise InputError(f"unknown column {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""))
    if "item" not in frame.columns or frame.schema.get("on") != pl.Date:
        raise InputError("the frame needs columns 'item' and 'on' (dates)")


def _part(world: World, part: pl.DataFrame, on: date, jurisdictions: Sequence[str]) -> pl.DataFrame:
    book = rulebook(world, on)
    whole = completed(world, part)
    tables = []
    for name in jurisdictions:
        table = settled(book, whole.select(book.facts_of(name)), name)
        status = [_status(track) for track in TRACKS]
        ranges = [pl.col(end).replace_strict(STATUS, return_dtype=STATUSES) for end in BOUNDS]
        named = table.select(*status, *ranges)
        tables.append(named.with_columns(whole["row"], pl.lit(name).alias("jurisdiction")))
    return pl.concat(tables).select("row", "jurisdiction", "letter", "practice", *BOUNDS)


def _status(track: str) -> pl.Expr:
    best, worst = pl.col(f"{track}_best"), pl.col(f"{track}_worst")
    gravity = pl.when(best == worst).then(best).otherwise(pl.lit(_UNKNOWN, pl.Int8))
    return gravity.replace_strict(STATUS, return_dtype=STATUSES).alias(track)


def _empty() -> pl.DataFrame:
    columns = {"row": pl.UInt32(), "jurisdiction": pl.String(), "letter": STATUSES, "practice": STATUSES}
    return pl.DataFrame(schema={**columns, **dict.fromkeys(BOUNDS, STATUSES)})


def completed(world: World, frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with a typed column for every fact of the vocabulary: from the item, from silence, from other facts."""
    given = set(frame.columns)
    frame = frame.join(_items(world, frame["item"].unique().to_list(), given), on="item", how="left")
    present = set(frame.columns)
    frame = frame.with_columns(
        pl.lit(silence(fact) if not isinstance(silence(fact), tuple) else [], DTYPES[known.type]).alias(fact)
        for fact, known in vocabulary().items()
        if fact not in present
    ).with_columns(pl.col(fact).cast(DTYPES[known.type]) for fact, known in vocabulary().items() if fact in present)
    frame = frame.with_columns(pl.coalesce("chip", pl.col("tpp").is_not_null()).alias("chip"))
    for fact, source in FALLBACKS:
        if fact not in given:
            frame = frame.with_columns(pl.col(source).alias(fact))
    return frame.with_columns(
        (pl.col("mem_bw_gbs") + pl.col("io_gbs")).alias("bw_sum_gbs"),
        (pl.col("units") * pl.col("tpp")).alias("lot_tpp"),
    )


def _items(world: World, names: Sequence[str | None], given: set[str]) -> pl.DataFrame:
    described = bool({"tpp", "eccn"} & given)
    rows = [{**item_facts(world, name, described=described)[0], "item": name} for name in names if name]
    facts = [fact for fact in dict.fromkeys(key for row in rows for key in row) if fact not in given - {"item"}]
    schema = {fact: DTYPES[term(fact).type] for fact in facts or ["item"]}
    return pl.DataFrame([{fact: row.get(fact) for fact in schema} for row in rows], schema=schema)


def settled(book: Rulebook, facts: pl.DataFrame, jurisdiction: str) -> pl.DataFrame:
    """Best and worst gravity by track (Int8 columns `BOUNDS`) for every row, unknown facts answered in every way."""
    cell = facts.select(_cell(book, fact) for fact in facts.columns).with_row_index("at")
    patterns = cell.group_by(facts.columns, maintain_order=True).agg("at")
    table = _answered(book, patterns.select(facts.columns), jurisdiction)
    return pl.concat([table, patterns.select("at")], how="horizontal").explode("at").sort("at").select(BOUNDS)


def _cell(book: Rulebook, fact: str) -> pl.Expr:
    """A column with each value replaced by the one that stands for its cell."""
    value = pl.col(fact)
    match vocabulary()[fact].type:
        case "flag":
            return value
        case "number":
            return _number_cell(value, edges_of(book, fact), cells(book, fact)).alias(fact)
        case "place":
            alike = value.replace_strict(class_of(book, fact), default=pl.lit(OTHER_PLACE))
            return pl.when(value.is_not_null()).then(alike).alias(fact)
        case "words":
            named = [str(name) for name in named_by(book, fact)]
            return value.list.eval(pl.element().filter(pl.element().is_in(named))).alias(fact)
        case _:
            named = [str(name) for name in named_by(book, fact)]
            other = pl.when(value.is_not_null()).then(pl.lit(OTHER_WORD))
            return pl.when(value.is_in(named)).then(value).otherwise(other).alias(fact)


def _number_cell(value: pl.Expr, edges: Sequence[float], representatives: Sequence[object]) -> pl.Expr:
    """Edges cut the line into open stretches and points; `representatives` has one number of each, in order."""
    cell: pl.Expr = pl.when(value.is_not_null()).then(pl.lit(representatives[0], pl.Float64))
    offset = len(representatives) - 2 * len(edges)
    for place, edge in enumerate(edges):
        at, above = representatives[offset + 2 * place], representatives[offset + 2 * place + 1]
        point = pl.when(value == edge).then(pl.lit(at, pl.Float64)).otherwise(cell)
        cell = pl.when(value > edge).then(pl.lit(above, pl.Float64)).otherwise(point)
    return cell


def _answered(book: Rulebook, patterns: pl.DataFrame, jurisdiction: str) -> pl.DataFrame:
    table = bounds(book, patterns, jurisdiction).with_row_index("at")
    undecided = [pl.col(f"{track}_best") != pl.col(f"{track}_worst") for track in TRACKS]
    rows = table.filter(pl.any_horizontal(undecided))["at"]
    for start in range(0, len(rows), CHUNK):
        some = rows.slice(start, CHUNK)
        asked = turning(book, patterns[some], table[some], jurisdiction)
        tried = _tried(book, patterns, some.to_list(), asked)
        if tried is not None:
            answers = bounds(book, tried.drop("at"), jurisdiction).with_columns(tried["at"])
            ends = [pl.col(end).max() if end.endswith("worst") else pl.col(end).min() for end in BOUNDS]
            table = table.update(answers.group_by("at", maintain_order=True).agg(ends), on="at")
    return table.select(BOUNDS)


def _tried(
    book: Rulebook, patterns: pl.DataFrame, rows: Sequence[int], open_facts: Sequence[frozenset[str]]
) -> pl.DataFrame | None:
    """The undecided patterns with their open facts answered in every way; `at` is the pattern's row."""
    grouped: dict[frozenset[str], list[int]] = {}
    for row, names in zip(rows, open_facts):
        grouped.setdefault(names, []).append(row)
    parts = []
    for names, members in grouped.items():
        answers = _answers(book, names)
        if answers is None:
            continue
        kept = patterns[members].drop(*names).with_columns(pl.Series("at", members, pl.UInt32))
        parts.append(kept.join(answers, how="cross").select("at", *patterns.columns))
    return pl.concat(parts) if parts else None


def _answers(book: Rulebook, names: Iterable[str]) -> pl.DataFrame | None:
    """Every combination of answers to the named facts; None where they are too many to try."""
    options = {name: cells(book, name) for name in sorted(names)}
    if prod(len(values) for values in options.values()) > MOST_ANSWERS:
        return None
    columns = [
        pl.DataFrame({name: pl.Series([plain(value) for value in values], dtype=DTYPES[term(name).type])})
        for name, values in options.items()
    ]
    return reduce(lambda whole, column: whole.join(column, how="cross"), columns)


def law_map(
    world: World,
    items: Sequence[str],
    places: Sequence[str],
    days: Sequence[date] | None = None,
    jurisdictions: Sequence[str] = DEFAULT_JURISDICTIONS,
) -> pl.DataFrame:
    """Letter and practice for an export from the United States of every item to every place on every day of change.

    The buyer is established in the place, with no listed owner. `days`: these instead of all days of change.
    Columns `on`, `item`, `to`, and per jurisdiction `<J>_letter` and `<J>_practice`.
    """
    asked = tuple(days) if days is not None else days_of_law(world)
    grid = pl.DataFrame({"item": list(items)}).join(pl.DataFrame({"to": list(places)}), how="cross")
    whole = completed(world, grid.with_columns(pl.lit("export").alias("action"), pl.lit("US").alias("from")))
    done: dict[tuple[str, object], pl.DataFrame] = {}
    return pl.concat(_map_day(world, whole, day, jurisdictions, done) for day in asked)


def _map_day(
    world: World,
    whole: pl.DataFrame,
    day: date,
    jurisdictions: Sequence[str],
    done: dict[tuple[str, object], pl.DataFrame],
) -> pl.DataFrame:
    book = rulebook(world, max(day, FIRST_DAY))
    columns = []
    for name in jurisdictions:
        key = name, book.reading(name)
        if key not in done:
            table = settled(book, whole.select(book.facts_of(name)), name)
            done[key] = table.select(_status(track).alias(f"{name}_{track}") for track in TRACKS)
        columns.append(done[key])
    return pl.concat([whole.select(pl.lit(day).alias("on"), "item", "to"), *columns], how="horizontal")

"""A fact's value by its type in the vocabulary: reading it from text, what silence means, its Polars type."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import polars as pl

from twoeyes.errors import InputError, unknown_name
from twoeyes.facts.vocabulary import Term, vocabulary

Value = str | float | bool | tuple[str, ...] | None

_FLAGS = {"yes": True, "no": False, "true": True, "false": False}
_ABSENT: dict[str, Value] = {"flag": False, "number": 0.0, "word": "", "place": "", "code": "", "words": ()}
DTYPES: dict[str, pl.DataType] = {
    "flag": pl.Boolean(),
    "number": pl.Float64(),
    "word": pl.String(),
    "place": pl.String(),
    "code": pl.String(),
    "words": pl.List(pl.String()),
}
CIVIL = "civil"


def term(fact: str) -> Term:
    """The term of the vocabulary. Raises UnknownNameError with the nearest."""
    terms = vocabulary()
    if fact not in terms:
        raise unknown_name("fact", fact, terms)
    return terms[fact]


def typed(fact: str, value: object) -> Value:
    """A stated value in the fact's type. Raises InputError that says what was expected."""
    kind = term(fact).type
    if value is None:
        return None
    match kind:
        case "flag":
            flag = value if isinstance(value, bool) else _FLAGS.get(str(value).strip().lower())
            if flag is None:
                raise InputError(f"{fact}: expected yes or no, got {value!r}")
            return flag
        case "number":
            return _number(fact, value)
        case "words":
            parts = value if isinstance(value, Sequence) and not isinstance(value, str) else str(value).split(";")
            return tuple(str(part).strip() for part in parts if str(part).strip())
        case "place":
            return str(value).strip().upper()
        case _:
            return str(value).strip()


def _number(fact: str, value: object) -> float:
    try:
        number = float(str(value))
    except ValueError:
        raise InputError(f"{fact}: expected a number, got {value!r}") from None
    if not isfinite(number) or number < 0:
        raise InputError(f"{fact}: expected a finite number, zero or more, got {value!r}")
    return number


def silence(fact: str) -> Value:
    """What it means that a case does not state the fact: None where that is unknown."""
    described = term(fact)
    if described.not_stated == "unknown":
        return None
    return CIVIL if fact == "end_use" else _ABSENT[described.type]

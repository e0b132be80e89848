"""Facts as people state them: by the vocabulary's name or a short one, typed, and left out where said to be unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twoeyes.errors import InputError, nearest
from twoeyes.facts.vocabulary import Term, vocabulary
from twoeyes.trade.book import table

_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_UNKNOWN = ("", "unknown", "?")


def read_facts(text: str) -> dict[str, Any]:
    """Facts written as `name=value;name=value`, by vocabulary name or short name, typed. Raises InputError."""
    pairs = [part.partition("=") for part in (part.strip() for part in text.split(";")) if part]
    for name, equals, _ in pairs:
        if not equals:
            raise InputError(f"facts: expected name=value, got {name!r}")
    return typed_facts({name.strip(): value for name, _, value in pairs})


def typed_facts(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Facts by vocabulary name, typed; those stated as unknown are left out. Raises InputError."""
    facts: dict[str, Any] = {}
    for name, value in stated.items():
        term = fact_term(name)
        if value is not None and str(value).strip().lower() not in _UNKNOWN:
            facts[term.fact] = _typed(term, str(value).strip())
    return facts


def fact_term(name: str) -> Term:
    """The term behind a fact's name or short name. Raises InputError with the nearest name."""
    short = {row["alias"]: row["fact"] for row in table("fact_aliases")}
    fact = short.get(name, name)
    if fact not in vocabulary():
        close = nearest(name, [*vocabulary(), *short])
        raise InputError(f"unknown fact {name!r}" + (f"; nearest {close[0]!r}" if close else ""))
    return vocabulary()[fact]


def _typed(term: Term, value: str) -> str | float | bool | list[str]:
    if term.type == "flag":
        if value.lower() not in _FLAGS:
            raise InputError(f"fact {term.fact}: expected yes or no, got {value!r}")
        return _FLAGS[value.lower()]
    if term.type == "number":
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not 0 <= number < float("inf"):
            raise InputError(f"fact {term.fact}: expected a number from 0 up, got {value!r}")
        return number
    return [value] if term.type == "words" else value

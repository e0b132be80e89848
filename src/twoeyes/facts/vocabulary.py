"""The facts that conditions may ask for: their type, and what it means when a case does not state one."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Literal, cast

FactType = Literal["place", "number", "flag", "word", "words", "code"]
NotStated = Literal["unknown", "absent", "assumed_none", "later"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One fact by name.

    `not_stated` says how silence is read: `unknown` stays null; `absent` is false, or the empty list; `assumed_none`
    is absent too, and the answer prints it as an assumption; `later` comes after the decision, so that even where it
    is named as unknown it is read as absent.
    """

    fact: str
    type: FactType
    not_stated: NotStated
    meaning_en: str
    meaning_zh: str


@cache
def vocabulary() -> Mapping[str, Term]:
    """Every term by the name of its fact."""
    text = resources.files("twoeyes.facts").joinpath("vocabulary.csv").read_text(encoding="utf-8")
    terms = (
        Term(
            fact=row["fact"],
            type=cast(FactType, row["type"]),
            not_stated=cast(NotStated, row["not_stated"]),
            meaning_en=row["meaning_en"],
            meaning_zh=row["meaning_zh"],
        )
        for row in csv.DictReader(text.splitlines())
    )
    return MappingProxyType({term.fact: term for term in terms})

"""What a status is called on every face, in English and Chinese. Status names themselves are for JSON."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Literal

Language = Literal["en", "zh"]


@cache
def labels() -> Mapping[str, Mapping[Language, str]]:
    """Label by status (and `rebuttable`) and language."""
    text = resources.files("twoeyes.law").joinpath("labels.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return MappingProxyType({row["status"]: {"en": row["en"], "zh": row["zh"]} for row in rows})


def label(status: str, lang: Language = "en", *, rebuttable: bool = False) -> str:
    """The label of one status; a rebuttable presumption has its own."""
    name = "rebuttable" if rebuttable and status == "prohibited" else status
    return labels()[name][lang]

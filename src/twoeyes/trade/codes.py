"""Customs codes: the six digits that all schedules share, and the longer codes that belong to one importer."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from twoeyes.errors import InputError

_SHAPE = re.compile(r"\d{4}(\.?\d{2}){0,3}|\d{4}\.\d{2}\.\d{4}|\d{4}\.?\d{4}(\.?\d{2})?|\d{9}|\d{11}")
_US_SHAPE = re.compile(r"\d{4}\.\d{2}\.\d{4}")


def digits(code: str) -> str:
    """The bare digits of a code such as 8471.50.01. Raises InputError for anything else."""
    text = code.strip().replace(" ", "")
    if not _SHAPE.fullmatch(text):
        raise InputError(f"customs code: expected digits such as 8471.50 or 8471.50.01, got {code!r}")
    return text.replace(".", "")


def importer_code(code: str, importer: str, us_lines: Collection[str]) -> str:
    """The digits of a code given for one importer.

    Raises InputError where a line of the US schedule (`us_lines`, eight digits each) is given for another importer:
    past the sixth digit every schedule has its own numbers.
    """
    bare = digits(code)
    if importer != "US" and len(bare) > 6 and (bare[:8] in us_lines or _US_SHAPE.fullmatch(code.strip())):
        raise InputError(
            f"customs code {code} is a line of the US schedule and means nothing in that of {importer}; "
            f"give the six digits {bare[:4]}.{bare[4:6]}, or {importer}'s own code"
        )
    return bare


@lru_cache(maxsize=65536)
def matches(code: str, prefixes: tuple[str, ...]) -> tuple[bool | None, int]:
    """Whether the code falls under a prefix, and the length of the longest that it falls under.

    None where the code is shorter than a prefix that begins with it: more digits would decide.
    """
    longest = max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=0)
    if longest:
        return True, longest
    return (None if any(prefix.startswith(code) for prefix in prefixes) else False), 0

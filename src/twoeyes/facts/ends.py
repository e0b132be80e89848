"""Whether the words of an announcement name the day on which its change ends, so that hindsight shows."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta

_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_MONTHS = _MONTH.split("|")
_DATES = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"),
    re.compile(rf"(?P<d>\d{{1,2}}) (?P<m>{_MONTH}) (?P<y>\d{{4}})"),
    re.compile(rf"(?P<m>{_MONTH}) (?P<d>\d{{1,2}}), (?P<y>\d{{4}})"),
    re.compile(r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日"),
)
_SPAN = re.compile(r"(?P<n>\d+|one|two|three|six) (?P<unit>day|month|year)s?")
_NUMBERS = {"one": 1, "two": 2, "three": 3, "six": 6}
_DAY = timedelta(days=1)


def states(words: str, start: date, end: date) -> bool:
    """Whether `words` name `end`: as that day, as the last day before it, or as a span of time.

    A span such as "90 days" counts from `start` or from a date in the same words.
    """
    named = set(_named(words))
    spans = {_after(first, span) for first in {start, *named} for span in _SPAN.finditer(words)}
    return bool({end, end - _DAY} & named) or end in spans


def _named(words: str) -> Iterator[date]:
    for pattern in _DATES:
        for found in pattern.finditer(words):
            month = found["m"]
            number = _MONTHS.index(month) + 1 if month in _MONTHS else int(month)
            with suppress(ValueError):  # words such as 31 November name no day
                yield date(int(found["y"]), number, int(found["d"]))


def _after(first: date, span: re.Match[str]) -> date:
    count = _NUMBERS.get(span["n"]) or int(span["n"])
    if span["unit"] == "day":
        return first + count * _DAY
    months = first.month - 1 + count * (12 if span["unit"] == "year" else 1)
    year, month = first.year + months // 12, months % 12 + 1
    return date(year, month, min(first.day, monthrange(year, month)[1]))

"""Strict schemas: every fault in one message, each with file, line and what was expected."""

import re
from datetime import date

import pytest

from twoeyes.errors import InputError
from twoeyes.facts.schema import Day, Name, NonNegative, Number, Positive, Share, Strict, read
from twoeyes.facts.yamltext import parse


class Part(Strict):
    weight: Positive
    share: Share = 0.5


class Whole(Strict):
    name: Name
    day: Day | None = None
    pair: tuple[int, int] = (0, 0)
    number: Number = 0.0
    count: NonNegative = 0.0
    flag: bool = False
    parts: tuple[Part, ...] = ()
    part: Part | None = None


def whole(text):
    return read(Whole, parse(text, "f.yaml"))


def test_text_is_typed_by_the_schema():
    found = whole("name: NO\nday: 2025-05-13\nnumber: 1e3\nflag: yes\nparts: [{weight: 2}]\n")
    assert (found.name, found.day, found.number, found.flag) == ("NO", date(2025, 5, 13), 1000.0, True)
    assert found.parts == (Part(weight=2),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nam: x\n", "f.yaml:1: unknown key 'nam'; did you mean 'name'?"),
        ("nam: x\n", "f.yaml:1: 'name' is missing"),
        (
            "name: x\nparts:\n  - weight: 1\n    shar: 1\n",
            "f.yaml:4: unknown key 'parts.0.shar'; did you mean 'share'",
        ),
        ("name: x\npart:\n  weigt: 1\n", "f.yaml:3: unknown key 'part.weigt'; did you mean 'weight'?"),
        ("name: x\nqqq: 1\n", "f.yaml:2: unknown key 'qqq'"),
        ("name: ''\n", "f.yaml:1: name: String should have at least 1 character"),
        ("name: x\nnumber: nan\n", "f.yaml:2: number: Input should be a finite number; got 'nan'"),
        ("name: x\nnumber: 1e999\n", "f.yaml:2: number: Input should be a finite number; got '1e999'"),
        ("name: x\nnumber: twelve\n", "f.yaml:2: number: Input should be a valid number"),
        ("name: x\ncount: -1\n", "f.yaml:2: count: Input should be greater than or equal to 0; got '-1'"),
        ("name: x\nparts: [{weight: 0}]\n", "f.yaml:2: parts.0.weight: Input should be greater than 0; got '0'"),
        ("name: x\nparts: [{weight: 1, share: 1.1}]\n", "f.yaml:2: parts.0.share: Input should be less than or equal"),
        ("name: x\npair: [1]\n", "f.yaml:2: pair has only 1 of its elements"),
        ("name: x\npair: [1, 2, 3]\n", "f.yaml:2: pair"),
        ("name: x\nflag: perhaps\n", "f.yaml:2: flag: Input should be a valid boolean"),
        ("name: [x]\n", "f.yaml:1: name: Input should be a valid string"),
        ("- name\n", "f.yaml:1: the whole: Input should be a valid dictionary"),
        ("", "f.yaml: the whole: Input should be a valid dictionary"),
    ],
)
def test_faults(text, message):
    with pytest.raises(InputError, match=re.escape(message)):
        whole(text)


@pytest.mark.parametrize(
    "written", ["2025-5-13", "20250513", "2025", "0", "1747094400", "2025-05-13T00:00:00", "13.05.2025", "today"]
)
def test_a_day_is_written_one_way(written):
    with pytest.raises(InputError, match=re.escape(f"f.yaml:2: day: expected a day as YYYY-MM-DD; got {written!r}")):
        whole(f"name: x\nday: {written}\n")


def test_a_day_that_does_not_exist():
    with pytest.raises(InputError, match=r"f\.yaml:2: day: "):
        whole("name: x\nday: 2025-02-30\n")


def test_all_faults_are_told_at_once():
    with pytest.raises(InputError) as caught:
        whole("nam: x\ncount: -1\nparts: [{}]\n")
    assert len(str(caught.value).splitlines()) == 4


def test_a_mapping_that_came_is_not_printed():
    with pytest.raises(InputError) as caught:
        whole("name: {a: b, c: d}\n")
    assert str(caught.value) == "f.yaml:1: name: Input should be a valid string"

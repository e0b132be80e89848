"""Strict YAML: text stays text, and everything outside the subset is refused with its line."""

import pytest

from twoeyes.errors import InputError
from twoeyes.facts.yamltext import load, parse


def test_scalars_are_text():
    data = parse(
        "a: NO\non: on\nhts: 8471.50\nn: 1e3\nday: 2025-05-13\nnone: null\nquoted: 'null'\nall: ['*', \"a&b\"]\n"
    ).data
    assert data == {
        "a": "NO",
        "on": "on",
        "hts": "8471.50",
        "n": "1e3",
        "day": "2025-05-13",
        "none": None,
        "quoted": "null",
        "all": ["*", "a&b"],
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2\n", "<text>:2: key 'a' stands twice"),
        ("a: &x 1\nb: *x\n", "<text>:1: anchors"),
        ("a: [1\n", "not valid YAML"),
        ("a:\n\t- 1\n", "not valid YAML"),
        ("? [x]\n: 1\n", "a key must be plain text"),
    ],
)
def test_outside_the_subset(text, message):
    with pytest.raises(InputError, match=message.replace("[", r"\[")):
        parse(text)


def test_lines_are_known():
    document = parse("a: 1\nb:\n  - c: 2\n    d: 3\n", "file.yaml")
    assert document.where(("b", 0, "d")) == "file.yaml:4"
    assert document.where(("b", 0, "missing")) == "file.yaml:3"


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match="cannot read"):
        load(tmp_path / "none.yaml")
    bad = tmp_path / "bad.yaml"
    bad.write_bytes(b"a: \xff\xfe\n")
    with pytest.raises(InputError, match="UTF-8"):
        load(bad)
    empty = tmp_path / "empty.yaml"
    empty.write_text("")
    assert load(empty).data is None

"""Strict YAML: text stays text, and everything outside the subset is refused with its line."""

import re

import pytest

from twoeyes.errors import InputError
from twoeyes.facts.yamltext import load, parse


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("NO", "NO"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("true", "true"),
        ("8471.50", "8471.50"),
        ("1e3", "1e3"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("010", "010"),
        (".nan", ".nan"),
        ("12:30", "12:30"),
        ("2025-05-13", "2025-05-13"),
        ("=", "="),
        ("null", None),
        ("~", None),
        ("", None),
        ("'null'", "null"),
        ('""', ""),
        ('"*"', "*"),
        ("'*'", "*"),
        ("a & b", "a & b"),
        ('"&x"', "&x"),
        ("'!x'", "!x"),
        ("wow!", "wow!"),
        ("3 * 4", "3 * 4"),
        ("'<<'", "<<"),
        ("D:5", "D:5"),
        ("昇腾910C", "昇腾910C"),
    ],
)
def test_scalars_are_text(written, read):
    assert parse(f"a: {written}\n").data == {"a": read}
    assert parse(f"- {written}\n").data == [read]


def test_marks_inside_text_are_text():
    data = parse("a: |\n  *x & !y\nb: ['*', '&']\nc: >\n  *z\n").data
    assert data == {"a": "*x & !y\n", "b": ["*", "&"], "c": "*z\n"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 2\n", "f:3: key 'a' stands twice; keep one"),
        ("x:\n  - {a: 1, a: 2}\n", "f:2: key 'a' stands twice"),
        ("a: 1\n'a': 2\n", "f:2: key 'a' stands twice"),
        ("a: 1\nb: &x 1\n", "f:2: anchors and aliases are not used here"),
        ("a: &x 1\nb: *x\n", "f:1: anchors and aliases"),
        ("a: 1\nb: *x\n", "f:2: anchors and aliases"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "f:1: anchors and aliases"),
        ("a: 1\nc:\n  <<: {b: 1}\n", "f:3: merge keys are not used here"),
        ("a: 1\nb: !!int 3\n", "f:2: the tag tag:yaml.org,2002:int is not used here"),
        ("a: !x {b: 1}\n", "f:1: the tag !x is not used here"),
        ("a: 1\n---\nb: 2\n", "f:2: not valid YAML: expected a single document"),
        ("a: [1\nb: 2\n", "f:2: not valid YAML"),
        ("a: 'x\n", "f:2: not valid YAML"),
        ("a: b: c\n", "f:1: not valid YAML"),
        ("a: *\n", "f:1: not valid YAML"),
        ("a:\n\t- 1\n", "f:2: not valid YAML"),
        ("a: 1\n\tb: 1\n", "f:2: not valid YAML"),
        ("a: 1\nb: \x01\n", "f:2: character '\\x01' has no place in a text file"),
        ("? [x]\n: 1\n", "f:1: a key must be plain text"),
        ("[" * 5000 + "]" * 5000, "f: nested too deeply"),
    ],
)
def test_outside_the_subset(text, message):
    with pytest.raises(InputError, match=re.escape(message)):
        parse(text, "f")


def test_lines_are_known():
    document = parse("# head\na: 1\nb:\n  - c: 2\n    d:\n      e: 3\n", "file.yaml")
    assert document.where(("a",)) == "file.yaml:2"
    assert document.where(("b", 0, "d")) == "file.yaml:5"
    assert document.where(("b", 0, "d", "e")) == "file.yaml:6"
    assert document.where(("b", 0, "missing")) == "file.yaml:4"
    assert document.where(("nowhere",)) == "file.yaml:2"


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_an_empty_file_holds_nothing(tmp_path, text):
    path = tmp_path / "empty.yaml"
    path.write_text(text)
    assert load(path).data is None


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match=r"cannot read .*none\.yaml: No such file"):
        load(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="cannot read"):
        load(tmp_path)
    bad = tmp_path / "bad.yaml"
    bad.write_bytes("a: 1\nb: 英伟达\n".encode("gb18030"))
    with pytest.raises(InputError, match=r"bad\.yaml:2: cannot read byte 0x.*UTF-8"):
        load(bad)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert load(path).data == {"a": "1", "b": "2"}

"""Strict YAML: every scalar is text, no anchors, tags or duplicate keys, and each value knows its line.

So `NO`, `on` and `8471.50` mean themselves; the schema that reads the text gives it a type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from twoeyes.errors import InputError

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "tag:yaml.org,2002:merge"
_NULLS = frozenset({"null", "~", ""})

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A parsed file: nested dicts, lists, str and None, with the line of each value by its location."""

    origin: str
    data: Any
    lines: Mapping[Location, int]

    def where(self, location: Location) -> str:
        """`file:line` of the value at `location`, or of its nearest known ancestor."""
        for end in range(len(location), -1, -1):
            line = self.lines.get(location[:end])
            if line is not None:
                return f"{self.origin}:{line}"
        return self.origin


def load(path: Path) -> Document:
    """Read one file. Raises InputError with file and line for anything outside the strict subset."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}; give a UTF-8 YAML file") from error
    try:
        return parse(raw.decode("utf-8"), str(path))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError(f"{path}:{line}: cannot read byte {raw[error.start]:#04x}; save the file as UTF-8") from error


def parse(text: str, origin: str = "<text>") -> Document:
    """Read one document from text; `origin` names it in messages."""
    lines: dict[Location, int] = {}
    try:
        _refuse_marks(text, origin)
        root = yaml.compose(text, Loader=_Loader)
        data = None if root is None else _convert(root, (), lines, origin)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        reason = ", ".join(part for part in (error.context, error.problem) if part)
        raise InputError(f"{origin}:{line}: not valid YAML: {reason}") from error
    except yaml.reader.ReaderError as error:
        line = text[: text.find(chr(error.character))].count("\n") + 1
        raise InputError(f"{origin}:{line}: character {chr(error.character)!r} has no place in a text file") from error
    except RecursionError as error:
        raise InputError(f"{origin}: nested too deeply to be read") from error
    return Document(origin=origin, data=data, lines=lines)


def _refuse_marks(text: str, origin: str) -> None:
    """Refuse anchors, aliases and tags. A text without their characters is not parsed for them."""
    if not any(mark in text for mark in "&*!"):
        return
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise InputError(f"{origin}:{line}: anchors and aliases are not used here; write the value out")
        if tag := getattr(event, "tag", None):
            raise InputError(f"{origin}:{line}: the tag {tag} is not used here; the schema gives a value its type")


def _convert(node: yaml.Node, location: Location, lines: dict[Location, int], origin: str) -> Any:
    lines[location] = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        plain = not node.style
        return None if plain and node.value in _NULLS else node.value
    if isinstance(node, yaml.SequenceNode):
        return [_convert(item, (*location, index), lines, origin) for index, item in enumerate(node.value)]
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = key_node.value
        if not isinstance(key, str):
            raise InputError(f"{origin}:{key_node.start_mark.line + 1}: a key must be plain text")
        if key_node.tag == _MERGE:
            raise InputError(
                f"{origin}:{key_node.start_mark.line + 1}: merge keys are not used here; write the keys out"
            )
        if key in mapping:
            raise InputError(f"{origin}:{key_node.start_mark.line + 1}: key {key!r} stands twice; keep one")
        mapping[key] = _convert(value_node, (*location, key), lines, origin)
        lines[(*location, key)] = key_node.start_mark.line + 1
    return mapping

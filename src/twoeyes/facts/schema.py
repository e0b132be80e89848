"""Strict schemas: unknown keys, wrong types and non-finite numbers are errors that name file, line and nearest key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import AllowInfNan, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from twoeyes.errors import InputError, nearest
from twoeyes.facts.yamltext import Document, Location

Number = Annotated[float, AllowInfNan(False)]
Positive = Annotated[float, AllowInfNan(False), Field(gt=0)]
NonNegative = Annotated[float, AllowInfNan(False), Field(ge=0)]
Share = Annotated[float, AllowInfNan(False), Field(ge=0, le=1)]
Name = Annotated[str, Field(min_length=1)]


def _only_iso(raw: Any) -> Any:
    if isinstance(raw, date) or (isinstance(raw, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", raw)):
        return raw
    raise ValueError("expected a day as YYYY-MM-DD")


Day = Annotated[date, BeforeValidator(_only_iso)]


class Strict(BaseModel):
    """Base of every schema: frozen, and closed to keys it does not name."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


Schema = TypeVar("Schema", bound=BaseModel)


def read(schema: type[Schema], document: Document, at: Location = ()) -> Schema:
    """Validate the value at `at` in `document`. Raises InputError with one line for each fault."""
    value = document.data
    for step in at:
        value = value[step]
    return validated(schema, value, document, at)


def validated(schema: type[Schema], value: Any, document: Document, at: Location = ()) -> Schema:
    """Validate `value`, which stands at `at` in `document`."""
    try:
        return schema.model_validate(value)
    except ValidationError as error:
        faults = [_fault(schema, fault, document, at) for fault in error.errors()]
        raise InputError("\n".join(faults)) from error


def _fault(schema: type[BaseModel], fault: Any, document: Document, at: Location) -> str:
    return f"{document.where((*at, *fault['loc']))}: {fault_text(schema, fault)}"


def fault_text(schema: type[BaseModel], fault: Any) -> str:
    """One of pydantic's faults in our words: the key, what was expected, what came, the nearest key that exists."""
    key = ".".join(str(step) for step in fault["loc"]) or "the whole"
    match fault["type"]:
        case "extra_forbidden":
            close = nearest(str(fault["loc"][-1]), _keys(schema, fault["loc"][:-1]))
            hint = f"; did you mean {close[0]!r}?" if close else ""
            return f"unknown key {key!r}{hint}"
        case "missing" if isinstance(fault["loc"][-1], int):
            return f"{key.rpartition('.')[0]} has only {fault['loc'][-1]} of its elements"
        case "missing":
            return f"{key!r} is missing"
        case _:
            came = "" if isinstance(fault["input"], Mapping | BaseModel) else f"; got {fault['input']!r}"
            return f"{key}: {fault['msg'].removeprefix('Value error, ')}{came}"


def _keys(schema: type[BaseModel], path: Location) -> list[str]:
    current: Any = schema
    for step in path:
        if isinstance(step, int):
            continue
        field = current.model_fields.get(step) if _is_schema(current) else None
        current = _inner_schema(field.annotation) if field is not None else None
    return [field.alias or name for name, field in current.model_fields.items()] if _is_schema(current) else []


def _is_schema(candidate: Any) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, BaseModel)


def _inner_schema(annotation: Any) -> Any:
    if _is_schema(annotation):
        return annotation
    arguments = getattr(annotation, "__args__", ())
    return next((inner for inner in map(_inner_schema, arguments) if inner is not None), None)

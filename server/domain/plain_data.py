"""Frozen dataclasses to plain JSON data and back, with the path of what is wrong.

What may stand in a class read this way: ``str``, ``int``, ``float``, ``bool``, ``Literal``,
other such dataclasses, tuples of all these, ``X | None`` and ``Mapping[str, int]``. Unknown
fields are refused: a mistyped name must not pass for a default.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from server.domain.errors import Invalid

T = TypeVar("T")

_NAMED = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def to_data(value: Any) -> Any:
    """Every field, defaults too, so that a reader need not know them."""
    if is_dataclass(value):
        return {field.name: to_data(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [to_data(each) for each in cast("tuple[Any, ...]", value)]
    if isinstance(value, Mapping):
        return {key: to_data(each) for key, each in cast("Mapping[str, Any]", value).items()}
    return value


def from_data(kind: type[T], data: object) -> T:
    """Raises ``Invalid`` (``wrong_type``, ``missing_field``, ``unknown_field``) with the path."""
    return cast("T", _read(kind, data, ""))


def _wrong(path: str, wanted: str) -> Invalid:
    where = f"“{path}”" if path else "The whole"
    return Invalid("wrong_type", f"{where} must be {wanted}.", field=path or None)


def _read(kind: Any, data: Any, path: str) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        if data is None and type(None) in arguments:
            return None
        return _read(next(each for each in arguments if each is not type(None)), data, path)
    if origin is Literal:
        if isinstance(data, str) and data in arguments:
            return data
        raise _wrong(path, "one of " + ", ".join(map(str, arguments)))
    if origin is tuple:
        if not isinstance(data, list):
            raise _wrong(path, "a list")
        several = enumerate(cast("list[Any]", data))
        return tuple(_read(arguments[0], each, f"{path}[{number}]") for number, each in several)
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(data, dict):
            raise _wrong(path, "an object")
        pairs = cast("dict[Any, Any]", data).items()
        return {str(key): _read(arguments[1], each, f"{path}.{key}") for key, each in pairs}
    if is_dataclass(kind):
        return _read_object(cast("type", kind), data, path)
    return _read_plain(kind, data, path)


def _read_plain(kind: type, data: Any, path: str) -> Any:
    # bool is an int to Python but not to the one who writes the file.
    if kind is float and isinstance(data, int | float) and not isinstance(data, bool):
        return float(data)
    if isinstance(data, kind) and (kind is bool or not isinstance(data, bool)):
        return data
    raise _wrong(path, _NAMED[kind])


def _read_object(kind: type, data: Any, path: str) -> Any:
    if not isinstance(data, dict):
        raise _wrong(path, "an object")
    given = cast("dict[Any, Any]", data)
    known = {field.name: field for field in fields(kind)}
    before = f"{path}." if path else ""
    for name in given:
        if name not in known:
            raise Invalid(
                "unknown_field", f"There is no field “{name}” here.", field=f"{before}{name}"
            )
    values: dict[str, Any] = {}
    for name, field in known.items():
        if name in given:
            values[name] = _read(_hints(kind)[name], given[name], before + name)
        elif field.default is MISSING and field.default_factory is MISSING:
            raise Invalid("missing_field", f"“{name}” is missing.", field=before + name)
    return kind(**values)

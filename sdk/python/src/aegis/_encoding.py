"""How Python values become the JSON that policies see. The rules are documented in docs/guides/python.md.

Nothing is dropped and nothing is guessed: what has no rule is an `EncodingError` that names its place, before any call.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime
import decimal
import enum
import json
import math
import pathlib
import sys
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from ._errors import EncodingError

Encoders = Mapping[type, Callable[[Any], Any]]

#: How deep parameters may be nested. The server's limit is 64 for the whole request.
MAX_DEPTH = 60
#: Beyond it, two programs may read two different integers (RFC 8785, section 3.2.2.3).
MAX_INTEGER = 2**53 - 1


def encode(value: Any, encoders: Encoders | None = None, path: str = "$") -> Any:
    """`value` as plain JSON: None, bool, int, float, str, list, dict with string keys.

    Raises: EncodingError.
    """
    return _Encoder(encoders or {}).value(value, path, 0)


def to_json(value: Any) -> bytes:
    """The bytes of an already encoded value."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


class _Encoder:
    def __init__(self, encoders: Encoders) -> None:
        self.encoders = encoders

    def value(self, value: Any, path: str, depth: int) -> Any:
        kind = type(value)
        if kind is str:
            return self.text(value, path)
        if value is None or kind is bool:
            return value
        if depth > MAX_DEPTH:
            raise EncodingError(f"`{path[:80]}` is nested deeper than {MAX_DEPTH}, or contains itself.", path=path)
        for base in kind.__mro__ if self.encoders else ():
            if base in self.encoders:
                return _Encoder({k: v for k, v in self.encoders.items() if k is not base}).value(
                    self.encoders[base](value), path, depth + 1
                )
        if isinstance(value, enum.Enum):
            return self.value(value.value, path, depth + 1)
        if kind.__module__ == "numpy":
            return self.numpy(value, path, depth)
        if isinstance(value, int):
            return self.integer(int(value), path)
        if isinstance(value, float):
            return self.number(float(value), path)
        if isinstance(value, str):
            return self.text(str.__str__(value), path)
        if isinstance(value, Mapping):
            return self.mapping(value, path, depth)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return self.members(zip(value._fields, value, strict=True), path, depth)
        if isinstance(value, (list, tuple)):
            return [self.value(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)]
        if isinstance(value, (set, frozenset)):
            items = [self.value(item, f"{path}[*]", depth + 1) for item in value]
            return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
        return self.other(value, path, depth)

    def other(self, value: Any, path: str, depth: int) -> Any:
        if isinstance(value, decimal.Decimal):
            return self.decimal(value, path)
        if isinstance(value, (bytes, bytearray, memoryview)):
            return base64.b64encode(bytes(value)).decode()
        if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
            return value.isoformat()
        if isinstance(value, datetime.timedelta):
            return self.number(value.total_seconds(), path)
        if isinstance(value, uuid.UUID):
            return str(value)
        if isinstance(value, pathlib.PurePath):
            return self.text(str(value), path)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
            return self.members(fields, path, depth)
        if is_pydantic(value):
            return self.members(pydantic_members(value).items(), path, depth)
        raise EncodingError(
            f"`{path}` is a {type(value).__module__}.{type(value).__qualname__}, which has no JSON form. "
            "Convert it, or give Aegis(encoders={...}) a rule.",
            path=path,
        )

    def text(self, value: str, path: str) -> str:
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise EncodingError(f"`{path}` holds half of a surrogate pair, which is no text.", path=path) from None
        return value

    def integer(self, value: int, path: str) -> int:
        if abs(value) > MAX_INTEGER:
            raise EncodingError(f"`{path}` is an integer beyond 2^53, which not every program reads alike. Send it as a string.", path=path)
        return value

    def number(self, value: float, path: str) -> float | int:
        if not math.isfinite(value):
            raise EncodingError(f"`{path}` is not a finite number.", path=path)
        if value.is_integer() and abs(value) > MAX_INTEGER:
            raise EncodingError(f"`{path}` is a number beyond 2^53, which not every program reads alike. Send it as a string.", path=path)
        return int(value) if value.is_integer() else value

    def decimal(self, value: decimal.Decimal, path: str) -> float | int:
        if not value.is_finite():
            raise EncodingError(f"`{path}` is not a finite number.", path=path)
        if value == value.to_integral_value():
            return self.integer(int(value), path) if value.adjusted() < 20 else self.integer(MAX_INTEGER + 1, path)
        number = float(value)
        if not math.isfinite(number) or decimal.Decimal(repr(number)) != value:
            raise EncodingError(f"`{path}` has more digits than a JSON number carries. Send it as a string.", path=path)
        return number

    def mapping(self, value: Mapping[Any, Any], path: str, depth: int) -> dict[str, Any]:
        pairs = []
        for key, item in value.items():
            if not isinstance(key, str) or isinstance(key, enum.Enum):
                raise EncodingError(f"`{path}` has a key that is a {type(key).__name__}; keys are texts.", path=path)
            pairs.append((self.text(str.__str__(key), path), item))
        return self.members(pairs, path, depth)

    def members(self, pairs: Any, path: str, depth: int) -> dict[str, Any]:
        return {name: self.value(item, f"{path}.{name}", depth + 1) for name, item in pairs}

    def numpy(self, value: Any, path: str, depth: int) -> Any:
        if value.dtype.kind in "mM":
            return self.value(_numpy_times(value), path, depth + 1)
        plain = value.tolist()
        if type(plain).__module__ == "numpy":
            raise EncodingError(f"`{path}` is a numpy.{type(value).__name__}, which no JSON number carries.", path=path)
        return self.value(plain, path, depth + 1)


def _numpy_times(value: Any) -> Any:
    """Times of numpy as ISO 8601 texts, in the shape of `value`."""
    return value.astype(str).tolist() if value.shape else str(value)


def is_pydantic(value: Any) -> bool:
    pydantic = sys.modules.get("pydantic")
    return pydantic is not None and isinstance(value, pydantic.BaseModel)


def pydantic_members(value: Any) -> dict[str, Any]:
    """Fields and extras of a pydantic model, by field name, not yet encoded."""
    return {**{name: getattr(value, name) for name in type(value).model_fields}, **(value.__pydantic_extra__ or {})}

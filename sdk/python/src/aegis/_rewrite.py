"""Puts what policy rewrote back into the Python values that the tool was called with."""

from __future__ import annotations

import dataclasses
from typing import Any

from ._encoding import is_pydantic, pydantic_members
from ._errors import RewriteError


def restore(original: Any, sent: Any, rewritten: Any, path: str = "$") -> Any:
    """`original` where nothing changed between `sent` (its JSON) and `rewritten`, else a value of its type with the change.

    Raises: RewriteError where the type cannot take the change, such as `bytes` whose base64 text was redacted.
    """
    if same(sent, rewritten):
        return original
    if isinstance(original, str) and type(original) is str and isinstance(rewritten, str):
        return rewritten
    if type(original) in (int, float, bool) and type(rewritten) in (int, float, bool, str):
        return rewritten
    if isinstance(original, dict) and isinstance(rewritten, dict):
        return _mapping(original, sent, rewritten, path)
    if type(original) in (list, tuple) and isinstance(rewritten, list) and len(rewritten) == len(original):
        items = [restore(o, s, r, f"{path}[{i}]") for i, (o, s, r) in enumerate(zip(original, sent, rewritten, strict=True))]
        return type(original)(items)
    if dataclasses.is_dataclass(original) and not isinstance(original, type) and isinstance(rewritten, dict):
        before = {field.name: getattr(original, field.name) for field in dataclasses.fields(original)}
        return _rebuild(lambda changes: dataclasses.replace(original, **changes), before, sent, rewritten, path)
    if is_pydantic(original) and isinstance(rewritten, dict):
        before = pydantic_members(original)
        return _rebuild(lambda changes: type(original).model_validate({**before, **changes}), before, sent, rewritten, path)
    raise RewriteError(f"policy rewrote `{path}`, and a {type(original).__name__} cannot take the rewritten value.")


def same(left: Any, right: Any) -> bool:
    """Equality of JSON values, in which true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(item, right[key]) for key, item in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return left == right
    return type(left) is type(right) and bool(left == right)


def _mapping(original: dict[str, Any], sent: dict[str, Any], rewritten: dict[str, Any], path: str) -> dict[str, Any]:
    # What was removed stays away. What the schema of the tool filled in (its defaults) is for policies, not for the tool.
    return {name: restore(original[name], sent[name], value, f"{path}.{name}") for name, value in rewritten.items() if name in original}


def _rebuild(build: Any, before: dict[str, Any], sent: dict[str, Any], rewritten: dict[str, Any], path: str) -> Any:
    if rewritten.keys() != before.keys():
        raise RewriteError(f"policy took a member out of `{path}`, which its type needs.")
    changes = {
        name: restore(before[name], sent[name], value, f"{path}.{name}") for name, value in rewritten.items() if not same(sent[name], value)
    }
    try:
        return build(changes)
    except (TypeError, ValueError) as fault:
        raise RewriteError(f"policy rewrote `{path}`, and its type does not take the rewritten value.") from fault

"""The conversation with Aegis, without any input or output: generators that yield what to do next.

One logic serves threads and asyncio alike: `_transport` carries out each step, synchronously or not, and sends its
outcome back in.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Exchange:
    """One HTTP request to make, with `timeout` seconds for all of it."""

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)
    timeout: float


@dataclass(frozen=True)
class Pause:
    """Wait so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    body: bytes = field(repr=False)


class TransportFailure(Exception):
    """No reply, or none that can be read. The request may have arrived all the same."""


Flow = Generator[Exchange | Pause, Reply | None, T]

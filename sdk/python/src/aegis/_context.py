"""What travels with the calls of one task: session, purpose, call chain, trace. Kept in context variables.

asyncio tasks and LangChain's threads inherit them. A plain `threading.Thread` does not before Python 3.14: start it with
`contextvars.copy_context().run`.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

_session: ContextVar[str | None] = ContextVar("aegis_session", default=None)
_facts: ContextVar[Mapping[str, Any] | None] = ContextVar("aegis_facts", default=None)
_delegation: ContextVar[Delegation | None] = ContextVar("aegis_delegation", default=None)
_trace: ContextVar[str | None] = ContextVar("aegis_trace", default=None)


@dataclass(frozen=True)
class Delegation:
    """The signed chain that `to` calls tools under, in the session that it was made for. Use it as a context manager around
    the sub-agent's work, or send `headers()` along to where it runs."""

    token: str = field(repr=False)
    to: str | None = None
    _entered: list[Any] = field(default_factory=list, repr=False, compare=False)

    @property
    def session(self) -> str | None:
        """The session that it holds in. Not verified here."""
        found = _claims(self.token).get("session_id")
        return found if isinstance(found, str) else None

    def headers(self) -> dict[str, str]:
        pairs = {"x-aegis-delegation": self.token, "x-aegis-session": self.session}
        return {name: value for name, value in pairs.items() if value}

    def __enter__(self) -> Delegation:
        self._entered.append((_delegation.set(self), _session.set(self.session or _session.get())))
        return self

    def __exit__(self, *_: object) -> None:
        chain, session = self._entered.pop()
        _session.reset(session)
        _delegation.reset(chain)


@contextmanager
def session(session_id: str) -> Generator[str]:
    """All calls inside belong to this session."""
    with _set(_session, session_id):
        yield session_id


@contextmanager
def context(**facts: Any) -> Generator[Mapping[str, Any]]:
    """Facts for policies, such as `purpose="care"`, for all calls inside; inner ones win."""
    merged = {**(_facts.get() or {}), **facts}
    with _set(_facts, merged):
        yield merged


@contextmanager
def trace(traceparent: str) -> Generator[str]:
    """All calls inside belong to this W3C trace. Raises ValueError for what is no `traceparent`."""
    if not _TRACEPARENT.fullmatch(traceparent):
        raise ValueError("this is no W3C traceparent, which looks like 00-<32 hex>-<16 hex>-01")
    with _set(_trace, traceparent):
        yield traceparent


@contextmanager
def incoming(headers: Mapping[str, str]) -> Generator[None]:
    """Takes up session, call chain and trace that another agent sent as HTTP headers (see `outgoing`)."""
    found = {name.lower(): value for name, value in headers.items()}
    chain = found.get("x-aegis-delegation")
    parent = found.get("traceparent")
    with (
        _set(_session, found.get("x-aegis-session") or _session.get()),
        _set(_delegation, Delegation(chain, delegate_of(chain)) if chain else _delegation.get()),
        _set(_trace, parent if parent and _TRACEPARENT.fullmatch(parent) else _trace.get()),
    ):
        yield


def outgoing() -> dict[str, str]:
    """Session, call chain and trace as HTTP headers, for a request to another agent or through a gateway."""
    chain = _delegation.get()
    pairs = {
        "x-aegis-session": _session.get(),
        "x-aegis-delegation": chain.token if chain else None,
        "traceparent": current_traceparent(),
    }
    return {name: value for name, value in pairs.items() if value}


def delegate_of(token: str) -> str | None:
    """The agent that a chain was signed for, so that no other brings it along. Not verified here: Aegis does that."""
    actor = _claims(token).get("may_act")
    found = actor.get("sub") if isinstance(actor, dict) else None
    return found if isinstance(found, str) else None


def _claims(token: str) -> dict[str, Any]:
    """What a signed token says; nothing where it cannot be read."""
    try:
        payload = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def current_session() -> str | None:
    return _session.get()


def current_facts() -> Mapping[str, Any]:
    return _facts.get() or {}


def current_delegation(agent: str | None) -> str | None:
    """The chain that `agent` calls under. One that was signed for another agent is not its own."""
    chain = _delegation.get()
    if chain is None or (agent is not None and chain.to is not None and chain.to != agent):
        return None
    return chain.token


def current_traceparent() -> str | None:
    """The one that was set here, else that of the current OpenTelemetry span where OpenTelemetry is in use."""
    if (given := _trace.get()) is not None:
        return given
    telemetry = sys.modules.get("opentelemetry.trace")
    if telemetry is None:
        return None
    span = telemetry.get_current_span().get_span_context()
    return f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags & 0xFF:02x}" if span.is_valid else None


@contextmanager
def _set(variable: ContextVar[Any], value: Any) -> Generator[None]:
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)

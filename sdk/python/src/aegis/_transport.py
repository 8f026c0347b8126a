"""Carries out the steps of a flow over httpx: one pool of kept connections for threads, one for each event loop."""

from __future__ import annotations

import asyncio
import os
import threading
import time
import weakref
from typing import TypeVar

import httpx

from ._flow import Exchange, Flow, Pause, Reply, TransportFailure
from ._settings import MAX_ANSWER_BYTES
from ._version import __version__

T = TypeVar("T")

# The server closes idle connections after 60 s: ours go first, so that a request seldom meets a closing one.
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=30)


class Transport:
    """`sync` and `asynchronous` replace the network, for tests."""

    def __init__(self, url: str, sync: httpx.BaseTransport | None = None, asynchronous: httpx.AsyncBaseTransport | None = None) -> None:
        self._url = url
        self._sync_transport, self._async_transport = sync, asynchronous
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None
        self._async_clients: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = weakref.WeakKeyDictionary()
        self._process = os.getpid()

    def run(self, flow: Flow[T]) -> T:
        """Drives `flow` to its end in this thread."""
        try:
            step = next(flow)
            while True:
                if isinstance(step, Pause):
                    time.sleep(step.seconds)
                    step = flow.send(None)
                    continue
                try:
                    reply = self._send(step)
                except TransportFailure as failure:
                    step = flow.throw(failure)
                else:
                    step = flow.send(reply)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]

    async def arun(self, flow: Flow[T]) -> T:
        """Drives `flow` to its end in this event loop. Cancelling ends it; nothing is permitted then."""
        try:
            step = next(flow)
            while True:
                if isinstance(step, Pause):
                    await asyncio.sleep(step.seconds)
                    step = flow.send(None)
                    continue
                try:
                    reply = await self._asend(step)
                except TransportFailure as failure:
                    step = flow.throw(failure)
                else:
                    step = flow.send(reply)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        finally:
            flow.close()

    def close(self) -> None:
        with self._lock:
            client = self._client
            self._client = None
        if client is not None:
            client.close()

    async def aclose(self) -> None:
        self.close()
        client = self._async_clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()

    def _forget(self) -> None:
        self._process = os.getpid()
        self._client = None
        self._async_clients = weakref.WeakKeyDictionary()

    def _check_process(self) -> None:
        # After a fork, two processes on one connection would read each other's answers.
        if self._process != os.getpid():
            self._lock = threading.Lock()
            self._forget()

    def _sync_client(self) -> httpx.Client:
        self._check_process()
        if (client := self._client) is not None:
            return client
        with self._lock:
            if self._client is None:
                self._client = httpx.Client(
                    base_url=self._url, headers=_HEADERS, limits=_LIMITS, trust_env=False, transport=self._sync_transport
                )
            return self._client

    def _async_client(self) -> httpx.AsyncClient:
        self._check_process()
        loop = asyncio.get_running_loop()
        client = self._async_clients.get(loop)
        if client is None:
            client = self._async_clients[loop] = httpx.AsyncClient(
                base_url=self._url, headers=_HEADERS, limits=_LIMITS, trust_env=False, transport=self._async_transport
            )
        return client

    def _send(self, step: Exchange) -> Reply:
        deadline = time.monotonic() + step.timeout
        try:
            with self._sync_client().stream(
                step.method, step.path, content=step.body, headers=dict(step.headers), timeout=step.timeout
            ) as response:
                parts, size = [], 0
                for part in response.iter_bytes():
                    size += len(part)
                    _check(size, deadline)
                    parts.append(part)
                return Reply(response.status_code, b"".join(parts))
        except (httpx.HTTPError, httpx.StreamError) as fault:
            raise _failure(fault) from fault

    async def _asend(self, step: Exchange) -> Reply:
        try:
            return await asyncio.wait_for(self._astream(step), step.timeout)
        except (httpx.HTTPError, httpx.StreamError) as fault:
            raise _failure(fault) from fault
        except (asyncio.TimeoutError, TimeoutError) as fault:
            raise TransportFailure(f"no answer within {step.timeout:.3g} s") from fault

    async def _astream(self, step: Exchange) -> Reply:
        async with self._async_client().stream(
            step.method, step.path, content=step.body, headers=dict(step.headers), timeout=step.timeout
        ) as response:
            parts, size = [], 0
            async for part in response.aiter_bytes():
                size += len(part)
                _check(size, None)
                parts.append(part)
            return Reply(response.status_code, b"".join(parts))


_HEADERS = {"user-agent": f"aegis-python/{__version__}", "accept": "application/json", "accept-encoding": "identity"}


def _check(size: int, deadline: float | None) -> None:
    if size > MAX_ANSWER_BYTES:
        raise TransportFailure(f"the answer is longer than {MAX_ANSWER_BYTES} bytes")
    if deadline is not None and time.monotonic() > deadline:
        raise TransportFailure("the answer did not end in time")


def _failure(fault: Exception) -> TransportFailure:
    said = "no answer in time" if isinstance(fault, httpx.TimeoutException) else str(fault) or type(fault).__name__
    return TransportFailure(said)

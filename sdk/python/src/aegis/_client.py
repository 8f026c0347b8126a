"""The client: asks one Aegis as one agent, from threads and from asyncio."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import Any, ParamSpec, TypeVar, overload

import httpx

from ._context import Delegation
from ._conversation import Conversation, Question
from ._decision import Approval, Decision
from ._encoding import Encoders, encode
from ._guard import Guard, Options, Results, question
from ._guarded import guard_function
from ._settings import Settings
from ._transport import Transport

P = ParamSpec("P")
R = TypeVar("R")


class Aegis:
    """One agent's connection to Aegis. Make one and keep it: it is safe to share between threads, tasks and event loops.

    What is not given comes from the environment: `AEGIS_URL` (http://127.0.0.1:8181), `AEGIS_API_KEY`, `AEGIS_AGENT`,
    `AEGIS_TIMEOUT` (5 seconds, for a whole decision), `AEGIS_RETRIES` (2), `AEGIS_ON_UNAVAILABLE` (`deny`).

    Each method that asks has a twin for asyncio, whose name begins with `a`; `guard` and `guarded` serve both.

    It fails closed: without a decision that permits it, no guarded tool runs. `on_unavailable="wait"` keeps asking until
    `timeout` is over; there is no setting that lets calls through.

    Raises: ConfigurationError.
    """

    def __init__(
        self,
        url: str | None = None,
        api_key: str | None = None,
        agent: str | None = None,
        *,
        timeout: float | None = None,
        retries: int | None = None,
        on_unavailable: str | None = None,
        encoders: Encoders | None = None,
        transport: httpx.BaseTransport | None = None,
        async_transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.settings = Settings.read(url, api_key, agent, timeout, retries, on_unavailable)
        self.encoders: Encoders = dict(encoders or {})
        self._conversation = Conversation(self.settings)
        self._transport = Transport(self.settings.url, transport, async_transport)

    @property
    def agent(self) -> str | None:
        return self.settings.agent

    def __repr__(self) -> str:
        return f"Aegis(url={self.settings.url!r}, agent={self.settings.agent!r})"

    # Deciding

    def decide(self, tool: str, parameters: Mapping[str, Any] | None = None, **options: Any) -> Decision:
        """The decision on one call, whatever it is. `options` are the fields of `Options`.

        Raises: EncodingError; Denied where Aegis refuses the request itself; Unavailable.
        """
        return self._transport.run(self._conversation.decide(self._question(tool, parameters, options)))

    async def adecide(self, tool: str, parameters: Mapping[str, Any] | None = None, **options: Any) -> Decision:
        return await self._transport.arun(self._conversation.decide(self._question(tool, parameters, options)))

    def guard(
        self,
        tool: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        request: Mapping[str, str] | None = None,
        session_id: str | None = None,
        context: Mapping[str, Any] | None = None,
        override_token: str | None = None,
        idempotency_key: str | None = None,
        approval_timeout: float = 0,
        results: Results = "policy",
    ) -> Guard:
        """A block that is entered only when the call is permitted: `with aegis.guard("payments.transfer", {…}) as call:`.

        Run the tool with `call.parameters`, which policy may have rewritten. Entering raises ToolNotRun.
        """
        return self._guard(
            tool,
            parameters or {},
            Options(request, session_id, context, override_token, idempotency_key, False, approval_timeout, results),
        )

    @overload
    def guarded(self, tool: Callable[P, R], /) -> Callable[P, R]: ...

    @overload
    def guarded(
        self,
        tool: str | None = None,
        *,
        ignore: Collection[str] = (),
        request: Mapping[str, str] | None = None,
        session_id: str | None = None,
        context: Mapping[str, Any] | None = None,
        approval_timeout: float = 0,
        results: Results = "policy",
    ) -> Callable[[Callable[P, R]], Callable[P, R]]: ...

    def guarded(
        self,
        tool: Callable[..., Any] | str | None = None,
        *,
        ignore: Collection[str] = (),
        request: Mapping[str, str] | None = None,
        session_id: str | None = None,
        context: Mapping[str, Any] | None = None,
        approval_timeout: float = 0,
        results: Results = "policy",
    ) -> Any:
        """Guards a callable, sync or async, a generator too: `@aegis.guarded("payments.transfer")`.

        Parameters are taken from the call by the callable's own signature, with its defaults; names in `ignore` are not sent.
        Calling it raises ToolNotRun where the call is not permitted.
        """
        options = Options(request, session_id, context, None, None, False, approval_timeout, results)
        if tool is not None and not isinstance(tool, str):
            return guard_function(self, tool, None, ignore, options)
        return lambda function: guard_function(self, function, tool, ignore, options)

    # Approvals

    def approval(self, approval_id: str) -> Approval:
        """An approval that this agent asked for, with its override token once it is approved."""
        return self._transport.run(self._conversation.approval(approval_id))

    async def aapproval(self, approval_id: str) -> Approval:
        return await self._transport.arun(self._conversation.approval(approval_id))

    def await_approval(self, approval_id: str, timeout: float) -> Approval:
        """Waits up to `timeout` seconds for people; then the approval as it stands."""
        return self._transport.run(self._conversation.await_approval(approval_id, timeout))

    async def aawait_approval(self, approval_id: str, timeout: float) -> Approval:
        return await self._transport.arun(self._conversation.await_approval(approval_id, timeout))

    # Hand-offs and results

    def delegate(self, agent: str, *, session_id: str | None = None, expires_in: int | None = None) -> Delegation:
        """The signed chain for the next agent: `with aegis.delegate("finance-agent"):` around its work, or send its headers.

        It lasts `expires_in` seconds, 300 where nothing is said and 3600 at most.

        Raises: Denied where this agent may not hand over to that one.
        """
        return self._transport.run(self._conversation.delegate(agent, session_id, expires_in))

    async def adelegate(self, agent: str, *, session_id: str | None = None, expires_in: int | None = None) -> Delegation:
        return await self._transport.arun(self._conversation.delegate(agent, session_id, expires_in))

    def check_result(self, tool: str, decision_id: str, result: Any, parameters: Mapping[str, Any] | None = None) -> Any:
        """What a tool returned for `parameters` under a decision, as it may be passed on; plain JSON comes back.

        Raises: ResultWithheld; EncodingError.
        """
        question = self._question(tool, parameters, {})
        return self._transport.run(self._conversation.result(question, decision_id, encode(result, self.encoders)))

    async def acheck_result(self, tool: str, decision_id: str, result: Any, parameters: Mapping[str, Any] | None = None) -> Any:
        question = self._question(tool, parameters, {})
        return await self._transport.arun(self._conversation.result(question, decision_id, encode(result, self.encoders)))

    # Lifetime

    def close(self) -> None:
        """Closes kept connections of threads. The client may be used again."""
        self._transport.close()

    async def aclose(self) -> None:
        """Closes kept connections, those of this event loop too."""
        await self._transport.aclose()

    def __enter__(self) -> Aegis:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Aegis:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    # For the guards of this package

    def _guard(self, tool: str, parameters: Mapping[str, Any], options: Options) -> Guard:
        return Guard(self, tool, parameters, options)

    def _permitted(self, question: Question, approval_timeout: float) -> Decision:
        return self._transport.run(self._conversation.permitted(question, approval_timeout))

    async def _apermitted(self, question: Question, approval_timeout: float) -> Decision:
        return await self._transport.arun(self._conversation.permitted(question, approval_timeout))

    def _question(self, tool: str, parameters: Mapping[str, Any] | None, options: dict[str, Any]) -> Question:
        known = {field.name for field in dataclasses.fields(Options)} - {"approval_timeout", "results"}
        if unknown := options.keys() - known:
            raise TypeError(f"decide() takes no `{min(unknown)}`; it takes {', '.join(sorted(known))}")
        return question(tool, parameters or {}, Options(**options), self)

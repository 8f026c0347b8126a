"""Guards the tools of LangGraph's `ToolNode`: `guarded_tool_node(tools, aegis)` in place of `ToolNode(tools)`.

A call that needs approval pauses the graph with `interrupt()`. Resumed with the override token, the decision is taken again
with the same arguments. All calls of one `ToolNode` step are decided before the first of them runs, so that none runs twice
because another one waited.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from langchain_core.messages import ToolMessage
from langgraph.prebuilt import ToolNode
from langgraph.prebuilt.tool_node import ToolCallRequest
from langgraph.types import Command, interrupt

from ._client import Aegis
from ._conversation import Question
from ._decision import Decision
from ._errors import AegisError, ApprovalPending, ConfigurationError, ResultWithheld, ToolNotRun, refusal
from ._flow import Flow
from ._graph_calls import GraphCall, GraphStep, GraphSteps, blocked, messages_of, permitted_arguments
from ._guard import PermittedCall, Results
from ._toolset import OnDenied, Toolset

__all__ = ["KIND", "ToolGuard", "aresume_when_approved", "guarded_tool_node", "resume_when_approved"]

#: `kind` of the values with which a graph is interrupted.
KIND = "aegis.approval"
#: What a call that needs approval does: pause the graph, tell the model so, or wait for people within the step.
OnApproval = Literal["interrupt", "tell_model", "wait"]

Result = ToolMessage | Command[Any]


def guarded_tool_node(tools: Sequence[Any], aegis: Aegis, *, guard: Mapping[str, Any] | None = None, **options: Any) -> ToolNode:
    """A `ToolNode` whose tools run only when Aegis permits. `guard` are options of `ToolGuard`, `options` those of `ToolNode`."""
    if taken := options.keys() & {"wrap_tool_call", "awrap_tool_call"}:
        raise ConfigurationError(f"`{min(taken)}` is what the guard itself uses; put your wrapper into a middleware of `create_agent`.")
    gate = ToolGuard(aegis, **(guard or {}))
    return ToolNode(tools, wrap_tool_call=gate.wrap_tool_call, awrap_tool_call=gate.awrap_tool_call, **options)


class ToolGuard:
    """Both halves of a tool call wrapper. `ToolNode` and middleware share it.

    Options: `names`, `requests`, `on_denied` and `results` as in `Toolset`; `on_approval`; `approval_timeout` in seconds, for
    `on_approval="wait"`.
    """

    def __init__(
        self,
        aegis: Aegis,
        *,
        names: Mapping[str, str] | None = None,
        requests: Mapping[str, Mapping[str, str]] | None = None,
        on_denied: OnDenied = "tell_model",
        on_approval: OnApproval = "interrupt",
        approval_timeout: float = 300,
        results: Results = "policy",
    ) -> None:
        if on_approval not in ("interrupt", "tell_model", "wait"):
            raise ConfigurationError(f"on_approval `{on_approval}` is none of `interrupt`, `tell_model`, `wait`.")
        self._tools = Toolset(aegis, dict(names or {}), dict(requests or {}), on_denied, results)
        self._aegis, self._on_approval, self._approval_timeout = aegis, on_approval, approval_timeout
        self._steps = GraphSteps()

    def wrap_tool_call(self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Result]) -> Result:
        """Runs the tool by `handler` if Aegis permits the call, with the arguments that Aegis permits."""
        step = self._steps.of(request)
        try:
            with step.lock:
                if step.open:
                    step.settle(lambda: self._aegis._transport.run(self._decide(step)))
            call, ready = self._permit(step, request)
        except ToolNotRun as refused:
            return self._refuse(request, refused)
        result = handler(ready)
        try:
            for message in messages_of(result):
                message.content = call.result(message.content)
        except ResultWithheld as withheld:
            return self._refuse(request, withheld)
        return result

    async def awrap_tool_call(self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[Result]]) -> Result:
        """`wrap_tool_call` for asyncio."""
        step = self._steps.of(request)
        try:
            async with step.alock:
                if step.open:
                    await step.asettle(self._aegis._transport.arun(self._decide(step)))
            call, ready = self._permit(step, request)
        except ToolNotRun as refused:
            return self._refuse(request, refused)
        result = await handler(ready)
        try:
            for message in messages_of(result):
                message.content = await call.aresult(message.content)
        except ResultWithheld as withheld:
            return self._refuse(request, withheld)
        return result

    def _permit(self, step: GraphStep, request: ToolCallRequest) -> tuple[PermittedCall, ToolCallRequest]:
        graph_call, question, decision = step.take(request)
        if not decision.permits:
            raise refusal(question.tool, decision)
        arguments = dict(graph_call.arguments)
        if decision.parameters is not None:
            arguments = permitted_arguments(graph_call, question.parameters, decision.parameters)
        call = PermittedCall(self._aegis, question, decision, arguments, self._tools.results)
        return call, request.override(tool_call={**request.tool_call, "args": arguments})

    def _decide(self, step: GraphStep) -> Flow[dict[int, tuple[Question, Decision] | ToolNotRun]]:
        """What becomes of each call of the step. Pauses the graph while one of them waits for approval."""
        outcomes: dict[int, tuple[Question, Decision] | ToolNotRun] = {}
        tokens: dict[str, str] = {}
        waiting = list(step.calls)
        timeout = self._approval_timeout if self._on_approval == "wait" else 0
        while True:
            pending: list[tuple[GraphCall, ApprovalPending]] = []
            for call in waiting:
                try:
                    outcomes[call.number] = yield from self._decide_one(step, call, tokens, timeout)
                except ApprovalPending as refused:
                    outcomes[call.number] = refused
                    if refused.decision is not None and refused.decision.approval is not None:
                        pending.append((call, refused))
                except ToolNotRun as refused:
                    outcomes[call.number] = refused
            if not pending or self._on_approval != "interrupt" or not step.can_pause:
                return outcomes
            answer = interrupt({"kind": KIND, "approvals": [_shown(call, refused) for call, refused in pending]})
            try:
                given = yield from self._tokens(answer, [refused for _, refused in pending])
                tokens = {call.call_id: given[found] for call, refused in pending if (found := refused.approval.approval_id) in given}
            except ToolNotRun as fault:
                outcomes.update((call.number, fault) for call, _ in pending)
                return outcomes
            waiting = [call for call, _ in pending]

    def _decide_one(self, step: GraphStep, call: GraphCall, tokens: Mapping[str, str], timeout: float) -> Flow[tuple[Question, Decision]]:
        if call.fault is not None:
            raise ToolNotRun(call.fault, tool=self._tools.name(call.name))
        asked = self._tools.question(call.name, call.parameters, session_id=step.session_id)
        question = replace(asked, idempotency_key=step.key(call, asked), override_token=tokens.get(call.call_id))
        # What was approved is not redeemed behind the back of who resumes the graph: they may have come to refuse.
        decision = yield from self._aegis._conversation.permitted(question, timeout, collect=False)
        return question, decision

    def _tokens(self, answer: Any, pending: Sequence[ApprovalPending]) -> Flow[dict[str, str]]:
        """Override tokens by approval id, from what the graph was resumed with: a token, a mapping of approval ids to tokens,
        or `True` to collect from Aegis what was approved."""
        ids = [refused.approval.approval_id for refused in pending]
        if answer is True:
            found: dict[str, str] = {}
            for approval_id in ids:
                approval = yield from self._aegis._conversation.approval(approval_id)
                if approval.override_token is not None:
                    found[approval_id] = approval.override_token
            return found
        if isinstance(answer, str) and len(ids) == 1:
            return {ids[0]: answer}
        if isinstance(answer, dict) and all(value is None or isinstance(value, str) for value in answer.values()):
            return {key: value for key, value in answer.items() if value is not None}
        raise ToolNotRun(
            "The graph was resumed with a value that is no approval: resume with True, with the override token, or with "
            "{approval_id: token}. To refuse a call, deny its approval at Aegis.",
            tool=pending[0].tool,
            decision=pending[0].decision,
        )

    def _refuse(self, request: ToolCallRequest, refused: AegisError) -> ToolMessage:
        if self._tools.on_denied == "raise":
            raise refused
        return blocked(request, refused)


def resume_when_approved(aegis: Aegis, result: Mapping[str, Any], timeout: float) -> Command[Any] | None:
    """What to invoke an interrupted graph with: `graph.invoke(resume_when_approved(aegis, result, 1800), config)`.

    Waits up to `timeout` seconds for each approval that `result["__interrupt__"]` names. None where all are still pending.
    """
    return aegis._transport.run(_resume(aegis, result, timeout))


async def aresume_when_approved(aegis: Aegis, result: Mapping[str, Any], timeout: float) -> Command[Any] | None:
    """`resume_when_approved`, for asyncio."""
    return await aegis._transport.arun(_resume(aegis, result, timeout))


def _resume(aegis: Aegis, result: Mapping[str, Any], timeout: float) -> Flow[Command[Any] | None]:
    answers: dict[str, dict[str, str | None]] = {}
    for stop in result.get("__interrupt__") or ():
        if not isinstance(stop.value, dict) or stop.value.get("kind") != KIND:
            continue
        tokens: dict[str, str | None] = {}
        for asked in stop.value["approvals"]:
            approval = yield from aegis._conversation.await_approval(asked["approval_id"], timeout)
            if approval.status != "pending":
                tokens[approval.approval_id] = approval.override_token
        if tokens:
            answers[stop.id] = tokens
    return Command(resume=answers) if answers else None


def _shown(call: GraphCall, refused: ApprovalPending) -> dict[str, str | None]:
    """What the graph's caller is told. The arguments are in the graph's state."""
    approval = refused.approval
    return {
        "approval_id": approval.approval_id,
        "status": approval.status,
        "tool": refused.tool,
        "tool_call_id": call.call_id,
        "message": refused.decision.reason.message if refused.decision else None,
        "url": approval.url,
        "expires_at": approval.expires_at,
        "decision_id": refused.decision_id,
    }

"""Guards the function tools of the OpenAI Agents SDK: `Agent(tools=ToolGate(aegis).guard([transfer]))`.

Each tool is wrapped, since a guardrail alone cannot rewrite arguments; the input guardrail puts the refusal into the run's
record; a call that needs approval becomes an interruption of the run. Tools that OpenAI's servers run (web search, hosted MCP)
never come by here, so `guard` refuses them unless they are named in `unguarded`.
"""

from __future__ import annotations

import inspect
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from agents import (
    FunctionTool,
    RunContextWrapper,
    RunResult,
    RunResultStreaming,
    RunState,
    Tool,
    ToolGuardrailFunctionOutput,
    ToolInputGuardrail,
    ToolInputGuardrailData,
)
from agents.tool_context import ToolContext

from . import _context
from ._client import Aegis
from ._conversation import Question
from ._decision import Decision
from ._encoding import to_json
from ._errors import AegisError, ApprovalPending, ConfigurationError, EncodingError, ResultWithheld, ToolNotRun, refusal
from ._guard import PermittedCall, Results
from ._rewrite import restore
from ._toolset import OnDenied, Toolset

__all__ = ["ToolGate"]


class ToolGate:
    """Guards function tools. Options: `names`, `requests`, `on_denied` and `results` as in `Toolset`."""

    def __init__(
        self,
        aegis: Aegis,
        *,
        names: Mapping[str, str] | None = None,
        requests: Mapping[str, Mapping[str, str]] | None = None,
        on_denied: OnDenied = "tell_model",
        results: Results = "policy",
    ) -> None:
        self._tools = Toolset(aegis, dict(names or {}), dict(requests or {}), on_denied, results)
        self._aegis = aegis
        self._taken = _HandOver()
        self._guarded: dict[str, FunctionTool] = {}

    def guard(self, tools: Sequence[Tool], *, unguarded: Collection[str] = ()) -> list[Tool]:
        """The same tools, whose bodies run only when Aegis permits the call.

        Raises: ConfigurationError for a tool that runs elsewhere and is not named in `unguarded`.
        """
        guarded: list[Tool] = []
        for tool in tools:
            if isinstance(tool, FunctionTool):
                guarded.append(self._guard(tool))
            elif tool.name in unguarded:
                guarded.append(tool)
            else:
                raise ConfigurationError(
                    f"`{tool.name}` is a {type(tool).__name__}, whose calls do not pass through this program, so they cannot be guarded "
                    f"here. Take it away, or accept that with guard(tools, unguarded=[{tool.name!r}])."
                )
        return guarded

    async def resume(self, result: RunResult | RunResultStreaming, timeout: float) -> RunState[Any, Any]:
        """The state to run on with after an interruption, with what people decided at Aegis within `timeout` seconds.

        Interruptions that are not Aegis's stay as they are, and so do those that nobody decided.
        """
        state: RunState[Any, Any] = result.to_state()
        for item in state.get_interruptions():
            tool = self._guarded.get(item.name or "")
            if tool is None:
                continue
            try:
                parameters = _parameters(tool, item.arguments or "{}")
                question = self._question(tool, parameters)
                decision = await self._aegis.adecide(
                    question.tool, question.parameters, request=question.request, session_id=question.session_id
                )
                if decision.outcome == "approval_needed" and decision.approval is not None:
                    approval = await self._aegis.aawait_approval(decision.approval.approval_id, timeout)
                    if approval.status == "pending":
                        continue
                    if approval.status == "approved":
                        state.approve(item)
                        continue
                    decision = await self._aegis.adecide(question.tool, question.parameters, request=question.request)
                if not decision.permits:
                    raise refusal(question.tool, decision)
                # It would be charged twice if the decision were taken again by the tool.
                self._taken.put(self._key(tool, item.call_id or "", parameters), (question, decision))
                state.approve(item)
            except ToolNotRun as refused:
                state.reject(item, rejection_message=refused.for_model)
        return state

    def _guard(self, tool: FunctionTool) -> FunctionTool:
        if tool.name in self._guarded:
            raise ConfigurationError(f"two tools bear the name `{tool.name}`.")

        async def needs_approval(context: RunContextWrapper[Any], arguments: dict[str, Any], call_id: str) -> bool:
            wanted = tool.needs_approval
            if callable(wanted):
                wanted = await _maybe_await(wanted(context, arguments, call_id))
            return bool(wanted) or await self._needs_approval(tool, arguments, call_id)

        async def check(data: ToolInputGuardrailData) -> ToolGuardrailFunctionOutput:
            return await self._check(tool, data.context)

        async def invoke(context: ToolContext[Any], arguments: str) -> Any:
            return await self._invoke(tool, context, arguments)

        guarded = replace(
            tool,
            on_invoke_tool=invoke,
            needs_approval=needs_approval,
            tool_input_guardrails=[*(tool.tool_input_guardrails or ()), ToolInputGuardrail(guardrail_function=check, name="aegis")],
        )
        self._guarded[tool.name] = guarded
        return guarded

    async def _needs_approval(self, tool: FunctionTool, arguments: Mapping[str, Any], call_id: str) -> bool:
        try:
            parameters = _with_defaults(tool, arguments)
            question = self._question(tool, parameters)
            decision = await self._aegis.adecide(
                question.tool, question.parameters, request=question.request, session_id=question.session_id
            )
        except ToolNotRun:
            return False  # the guardrail and the wrapper meet the same fault, and refuse
        if decision.outcome == "approval_needed":
            return True
        self._taken.put(self._key(tool, call_id, parameters), (question, decision))
        return False

    async def _check(self, tool: FunctionTool, context: ToolContext[Any]) -> ToolGuardrailFunctionOutput:
        try:
            parameters = _parameters(tool, context.tool_arguments)
            question, decision = await self._permitted(tool, context.tool_call_id, parameters)
        except ApprovalPending as pending:
            # Also asked before people are: the wrapper refuses if they still have not decided.
            return ToolGuardrailFunctionOutput.allow(output_info=_facts(pending))
        except ToolNotRun as refused:
            if self._tools.on_denied == "raise":
                raise
            return ToolGuardrailFunctionOutput.reject_content(refused.for_model, output_info=_facts(refused))
        self._taken.put(self._key(tool, context.tool_call_id, parameters), (question, decision))
        return ToolGuardrailFunctionOutput.allow(output_info={"decision": decision.outcome, "decision_id": decision.decision_id})

    async def _invoke(self, tool: FunctionTool, context: ToolContext[Any], arguments: str) -> Any:
        try:
            parameters = _parameters(tool, arguments)
            question, decision = await self._permitted(tool, context.tool_call_id, parameters)
            if decision.parameters is not None:
                arguments = to_json(restore(question.parameters, question.parameters, decision.parameters)).decode()
            call = PermittedCall(self._aegis, question, decision, parameters, self._tools.results)
        except ToolNotRun as refused:
            return self._refuse(refused)
        result = await tool.on_invoke_tool(context, arguments)
        try:
            return await call.aresult(result)
        except ResultWithheld as withheld:
            return self._refuse(withheld)

    async def _permitted(self, tool: FunctionTool, call_id: str, parameters: Mapping[str, Any]) -> tuple[Question, Decision]:
        """The decision that was handed over for this very call, else a new one. Raises: ToolNotRun."""
        known = self._taken.take(self._key(tool, call_id, parameters))
        if known is None:
            question = self._question(tool, parameters)
            return question, await self._aegis._apermitted(question, 0)
        question, decision = known
        if not decision.permits:
            raise refusal(question.tool, decision)
        return known

    def _question(self, tool: FunctionTool, parameters: Mapping[str, Any]) -> Question:
        return self._tools.question(tool.name, parameters, session_id=_context.current_session())

    def _key(self, tool: FunctionTool, call_id: str, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        chain = _context.current_delegation(self._aegis.agent) or ""
        facts = repr(sorted(_context.current_facts().items()))
        return tool.name, call_id, json.dumps(parameters, sort_keys=True), _context.current_session() or "", chain, facts

    def _refuse(self, refused: AegisError) -> str:
        if self._tools.on_denied == "raise":
            raise refused
        return refused.for_model


class _HandOver:
    """Decisions on their way from approval to guardrail to tool. Each is taken once, within `SECONDS`."""

    SECONDS, LIMIT = 30.0, 1024

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, ...], list[tuple[float, tuple[Question, Decision]]]] = OrderedDict()

    def put(self, key: tuple[str, ...], value: tuple[Question, Decision]) -> None:
        with self._lock:
            self._kept.setdefault(key, []).append((time.monotonic(), value))
            self._kept.move_to_end(key)
            while len(self._kept) > self.LIMIT:
                self._kept.popitem(last=False)

    def take(self, key: tuple[str, ...]) -> tuple[Question, Decision] | None:
        with self._lock:
            for kept_at, value in self._kept.pop(key, []):
                if time.monotonic() - kept_at <= self.SECONDS:
                    return value
            return None


def _parameters(tool: FunctionTool, arguments: str) -> dict[str, Any]:
    """The model's arguments, read once and only if they can be read in one way. Raises: EncodingError."""
    try:
        found = json.loads(arguments or "{}", object_pairs_hook=_unique)
    except (ValueError, RecursionError) as fault:
        raise EncodingError(f"`{tool.name}` was not run: its arguments are no JSON that can be read in one way.", tool=tool.name) from fault
    if not isinstance(found, dict):
        raise EncodingError(f"`{tool.name}` was not run: its arguments are no object.", tool=tool.name)
    return _with_defaults(tool, found)


def _with_defaults(tool: FunctionTool, arguments: Mapping[str, Any]) -> dict[str, Any]:
    properties = tool.params_json_schema.get("properties")
    declared = properties.items() if isinstance(properties, dict) else ()
    defaults = {name: schema["default"] for name, schema in declared if isinstance(schema, dict) and "default" in schema}
    return {**defaults, **arguments}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _facts(refused: ToolNotRun) -> dict[str, str | None]:
    return {"error": type(refused).__name__, "decision_id": refused.decision_id, "reason": refused.reason_code}


async def _maybe_await(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value

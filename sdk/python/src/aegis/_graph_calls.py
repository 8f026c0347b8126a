"""The tool calls of one LangGraph step, as they came from the model, and the messages that answer them."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import BaseTool
from langgraph.prebuilt.tool_node import ToolCallRequest
from langgraph.types import Command
from pydantic import BaseModel, ValidationError

from . import _context
from ._conversation import Question
from ._decision import Decision
from ._encoding import to_json
from ._errors import AegisError, ToolNotRun
from ._rewrite import same

Outcome = tuple[Question, Decision] | ToolNotRun


@dataclass(frozen=True)
class GraphCall:
    """One call. `parameters` are `arguments` as the tool will read them: converted by its schema, with its defaults."""

    number: int
    call_id: str
    name: str
    arguments: Mapping[str, Any] = field(repr=False)
    parameters: Mapping[str, Any] = field(repr=False)
    #: Why it cannot be decided at all, if so.
    fault: str | None = None


class GraphStep:
    """Calls that are decided together, once, by whichever of them comes first. Keeps nothing of the graph's state."""

    def __init__(self, request: ToolCallRequest, calls: list[GraphCall], repetition: int) -> None:
        self.calls, self.repetition = calls, repetition
        self.info, self.can_pause, self.session_id = execution_info(request), has_checkpointer(request), session_of(request)
        self.lock, self.alock = threading.Lock(), asyncio.Lock()
        self._outcomes: dict[int, Outcome] | None = None
        self._failure: Exception | None = None
        self._taken: set[int] = set()

    @property
    def open(self) -> bool:
        return self._outcomes is None and self._failure is None

    def settle(self, decide: Callable[[], dict[int, Outcome]]) -> None:
        """Keeps what `decide` finds, an interrupt too: the other calls of the step must not run either."""
        try:
            self._outcomes = decide()
        except Exception as failure:  # noqa: BLE001
            self._failure = failure

    async def asettle(self, decide: Awaitable[dict[int, Outcome]]) -> None:
        try:
            self._outcomes = await decide
        except Exception as failure:  # noqa: BLE001
            self._failure = failure

    def waits_for(self, request: ToolCallRequest) -> bool:
        """Whether this very call is part of the step and was not taken yet."""
        return (call := self._find(request)) is not None and call.number not in self._taken

    def take(self, request: ToolCallRequest) -> tuple[GraphCall, Question, Decision]:
        """What became of this call. Raises: ToolNotRun, or what ended the step."""
        call = self._find(request)
        if self._failure is not None:
            raise self._failure
        if call is None or self._outcomes is None:
            raise ToolNotRun(f"`{request.tool_call['name']}` was not run: it was not decided on.", tool=request.tool_call["name"])
        self._taken.add(call.number)
        outcome = self._outcomes[call.number]
        if isinstance(outcome, ToolNotRun):
            raise outcome
        return call, *outcome

    def key(self, call: GraphCall, question: Question) -> str | None:
        """An idempotency key that is the same when the step runs again after an interrupt, and never the same otherwise."""
        info = self.info
        if info is None:
            return None
        parts = [info.thread_id, info.task_id, info.node_attempt, self.repetition, call.call_id, question.tool]
        digest = hashlib.sha256(to_json([*map(str, parts), question.parameters]))
        return f"langgraph-{digest.hexdigest()}"

    def _find(self, request: ToolCallRequest) -> GraphCall | None:
        wanted = request.tool_call
        for call in self.calls:
            if call.call_id == wanted["id"] and call.name == wanted["name"] and call.arguments == wanted["args"]:
                return call
        return None


class GraphSteps:
    """Which step a call belongs to. Keeps at most `LIMIT` steps."""

    LIMIT = 256

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: OrderedDict[int, tuple[Any, GraphStep, Counter[str]]] = OrderedDict()

    def of(self, request: ToolCallRequest) -> GraphStep:
        info = execution_info(request)
        if info is None:
            return GraphStep(request, [graph_call(0, request.tool_call, request.tool)], 0)
        with self._lock:
            # One run of a node has one `info` object; keeping it keeps its id from being given to another.
            known = self._runs.get(id(info))
            if known is not None and known[1].waits_for(request):
                return known[1]
            seen = known[2] if known is not None else Counter[str]()
            call_id = str(request.tool_call["id"])
            calls = siblings(request) if not seen else []
            if not any(call.call_id == call_id and call.arguments == request.tool_call["args"] for call in calls):
                calls = [graph_call(0, request.tool_call, request.tool)]
            step = GraphStep(request, calls, seen[call_id])
            seen.update(call.call_id for call in calls)
            self._runs[id(info)] = (info, step, seen)
            self._runs.move_to_end(id(info))
            while len(self._runs) > self.LIMIT:
                self._runs.popitem(last=False)
            return step


def graph_call(number: int, tool_call: Mapping[str, Any], tool: BaseTool | None, fault: str | None = None) -> GraphCall:
    arguments = tool_call.get("args")
    if not isinstance(arguments, dict):
        fault, arguments = f"`{tool_call['name']}` was not run: its arguments are no object.", {}
    if not tool_call.get("id"):
        fault = f"`{tool_call['name']}` was not run: the call has no id."
    return GraphCall(number, str(tool_call.get("id")), tool_call["name"], arguments, parameters_of(tool, arguments), fault)


def siblings(request: ToolCallRequest) -> list[GraphCall]:
    """All calls that this run of the node makes. A node that was reached by `Send` makes one."""
    path = (request.runtime.config.get("metadata") or {}).get("langgraph_path") or ()
    message = _message_with(request.tool_call, request.state)
    if message is None:
        return []
    ids = Counter(call["id"] for call in message.tool_calls)
    tools = {tool.name: tool for tool in request.runtime.tools}
    twice = "`{}` was not run: two calls of the model bear the same id, so they cannot be told apart. Make one call at a time."
    calls = [
        graph_call(number, call, tools.get(call["name"]), twice.format(call["name"]) if ids[call["id"]] > 1 else None)
        for number, call in enumerate(message.tool_calls)
    ]
    if path and path[0] == "__pregel_pull":
        return calls
    mine = request.tool_call
    return [call for call in calls if call.call_id == mine["id"] and call.arguments == mine["args"]][:1]


def _message_with(tool_call: Mapping[str, Any], state: Any) -> AIMessage | None:
    """The newest message of the model that makes this call, wherever in the state it is."""
    if isinstance(state, BaseModel):
        state = {name: getattr(state, name) for name in type(state).model_fields}
    lists = [state] if isinstance(state, list) else list(state.values()) if isinstance(state, dict) else []
    for messages in lists:
        for message in reversed(messages) if isinstance(messages, list) else ():
            if isinstance(message, AIMessage) and any(call["id"] == tool_call["id"] for call in message.tool_calls):
                return message
    return None


def parameters_of(tool: BaseTool | None, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as the tool will read them. Where they do not fit its schema, as they are: it will refuse them itself."""
    schema = tool.tool_call_schema if tool is not None else None
    if not isinstance(schema, type) or not issubclass(schema, BaseModel):
        return dict(arguments)
    try:
        read = schema.model_validate(dict(arguments))
    except ValidationError:
        return dict(arguments)
    converted = {name: getattr(read, name) for name in type(read).model_fields}
    return {**arguments, **converted}


def permitted_arguments(call: GraphCall, sent: Mapping[str, Any], rewritten: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with what policy rewrote; the tool's schema reads the rewritten JSON as it reads the model's."""
    arguments = {name: value for name, value in call.arguments.items() if name in rewritten}
    for name, value in rewritten.items():
        if name in sent and not same(sent[name], value):
            arguments[name] = value
    return arguments


def execution_info(request: ToolCallRequest) -> Any:
    return getattr(request.runtime, "execution_info", None)


def has_checkpointer(request: ToolCallRequest) -> bool:
    """Whether an interrupted graph could ever be resumed."""
    if execution_info(request) is None:
        return False
    return bool((request.runtime.config.get("configurable") or {}).get("__pregel_checkpointer"))


def session_of(request: ToolCallRequest) -> str | None:
    """The session that was set, else the thread of the graph."""
    thread = getattr(execution_info(request), "thread_id", None)
    return _context.current_session() or (str(thread) if thread else None)


def blocked(request: ToolCallRequest, refused: AegisError) -> ToolMessage:
    """The refusal in place of the tool's result."""
    call = request.tool_call
    facts = {"error": type(refused).__name__, "decision_id": getattr(refused, "decision_id", None)}
    if isinstance(refused, ToolNotRun) and refused.decision is not None and refused.decision.approval is not None:
        facts["approval_id"] = refused.decision.approval.approval_id
    return ToolMessage(
        content=refused.for_model, name=call["name"], tool_call_id=call["id"] or "", status="error", artifact={"aegis": facts}
    )


def messages_of(result: ToolMessage | Command[Any]) -> list[ToolMessage]:
    """The tool messages in a result, to be checked."""
    if isinstance(result, ToolMessage):
        return [result]
    update = result.update
    messages = update.get("messages", []) if isinstance(update, dict) else []
    return [message for message in messages if isinstance(message, ToolMessage)]

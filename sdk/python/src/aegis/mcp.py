"""Guards an MCP client: `guard_session(session, aegis, server="payments")`, and each `call_tool` is decided first.

It takes whatever has an asynchronous `call_tool(name, arguments, …)`: `mcp.ClientSession`, `mcp.Client`, or an MCP server object of
the OpenAI Agents SDK. The object itself is changed, so that everybody who holds it is guarded.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from typing import Any, TypeVar

from mcp.types import CallToolResult, TextContent

from . import _context
from ._client import Aegis
from ._errors import AegisError, ConfigurationError, ResultWithheld, ToolNotRun
from ._guard import Guard, Options, Results
from ._toolset import OnDenied, Toolset

__all__ = ["guard_session"]

Session = TypeVar("Session")


def guard_session(
    session: Session,
    aegis: Aegis,
    *,
    server: str | None = None,
    names: Mapping[str, str] | None = None,
    requests: Mapping[str, Mapping[str, str]] | None = None,
    on_denied: OnDenied = "tell_model",
    approval_timeout: float = 0,
    results: Results = "policy",
) -> Session:
    """`session`, whose tool calls Aegis decides. A tool's name in policy is `server.tool`, unless `names` says otherwise.

    A refusal is a result with `is_error`, which the model can read; `on_denied="raise"` raises it. A call that needs approval
    waits up to `approval_timeout` seconds for people.

    Raises: ConfigurationError where there is no `call_tool` to guard, or it is guarded already.
    """
    inner = getattr(session, "call_tool", None)
    if not inspect.iscoroutinefunction(inner):
        raise ConfigurationError(f"a {type(session).__name__} has no asynchronous `call_tool`.")
    if hasattr(inner, "__aegis__"):
        raise ConfigurationError("this session is guarded already.")
    tools = Toolset(aegis, dict(names or {}), dict(requests or {}), on_denied, results)
    takes_meta = "meta" in inspect.signature(inner).parameters

    def refuse(refused: AegisError) -> CallToolResult:
        if on_denied == "raise":
            raise refused
        return CallToolResult(content=[TextContent(type="text", text=refused.for_model)], is_error=True)

    @functools.wraps(inner)
    async def call_tool(name: str, arguments: dict[str, Any] | None = None, *args: Any, **kwargs: Any) -> Any:
        tool = tools.names.get(name) or (f"{server}.{name}" if server else name)
        options = Options(request=tools.requests.get(tool), approval_timeout=approval_timeout, results=results)
        try:
            call = await Guard(aegis, tool, arguments or {}, options).__aenter__()
        except ToolNotRun as refused:
            return refuse(refused)
        parent = _context.current_traceparent()
        if parent and takes_meta:
            kwargs["meta"] = {"traceparent": parent, **(kwargs.get("meta") or {})}
        result = await inner(name, None if arguments is None and not call.parameters else dict(call.parameters), *args, **kwargs)
        try:
            return await _checked(call, result)
        except ResultWithheld as withheld:
            return refuse(withheld)

    call_tool.__aegis__ = aegis  # type: ignore[attr-defined]
    setattr(session, "call_tool", call_tool)  # noqa: B010
    return session


async def _checked(call: Any, result: Any) -> Any:
    """What the tool said, texts and structure alike, as it may be passed on."""
    if not call._checked:
        return result
    if not isinstance(result, CallToolResult):
        raise ResultWithheld(f"The result of `{call.tool}` is withheld: it is of a kind that cannot be checked.", tool=call.tool)
    said = result.model_dump(mode="json", by_alias=True, exclude_none=True)
    return CallToolResult.model_validate(await call.aresult(said))

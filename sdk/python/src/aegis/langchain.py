"""Guards the tools of a LangChain agent: `create_agent(model, tools, middleware=[AegisMiddleware(aegis)])`.

Put it last, next to the tools: what stands behind it could change the arguments after they were permitted. Tools that the
model's provider runs by itself never come by here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain_core.messages import ToolMessage
from langgraph.prebuilt.tool_node import ToolCallRequest
from langgraph.types import Command

from ._client import Aegis
from .langgraph import ToolGuard, aresume_when_approved, resume_when_approved

__all__ = ["AegisMiddleware", "aresume_when_approved", "resume_when_approved"]


class AegisMiddleware(AgentMiddleware[Any, Any]):
    """Decides every tool call of the agent, on the sync and the async path. Options are those of `aegis.langgraph.ToolGuard`."""

    def __init__(self, aegis: Aegis | None = None, **options: Any) -> None:
        super().__init__()
        self.guard = ToolGuard(aegis if aegis is not None else Aegis(), **options)

    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]]
    ) -> ToolMessage | Command[Any]:
        return self.guard.wrap_tool_call(request, handler)

    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]]
    ) -> ToolMessage | Command[Any]:
        return await self.guard.awrap_tool_call(request, handler)

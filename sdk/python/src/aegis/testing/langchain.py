"""A chat model that says what it is told to, for LangChain and LangGraph. It calls nobody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

__all__ = ["ScriptedModel", "calls"]


class ScriptedModel(BaseChatModel):
    """Answers with the messages or texts of `script`, one after the other."""

    script: list[Any]
    _next: int = PrivateAttr(default=0)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> Any:
        return self

    def _generate(self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **_: Any) -> ChatResult:
        said = self.script[self._next]
        message = AIMessage(said) if isinstance(said, str) else said
        self._next += 1
        return ChatResult(generations=[ChatGeneration(message=message)])


def calls(tool: str, call_id: str = "call-1", **arguments: Any) -> AIMessage:
    """A message of the model that calls one tool."""
    return AIMessage(content="", tool_calls=[{"name": tool, "args": arguments, "id": call_id, "type": "tool_call"}])

"""A double of Aegis that evaluates nothing: it plays recorded decisions, and remembers what it was asked."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from .._client import Aegis

Answer = Mapping[str, Any]


class NothingRecorded(AssertionError):
    """The code under test asked for a decision that nobody recorded."""


@dataclass(frozen=True)
class Asked:
    """One request that reached the double. `body` is the parsed JSON."""

    method: str
    path: str
    body: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def tool(self) -> str | None:
        tool = self.body.get("tool")
        return tool.get("name") if isinstance(tool, dict) else None


def allow(**fields: Any) -> Answer:
    """The call may be made. `fields` override those of the answer."""
    return {"decision": "allow", "decision_reason": _reason("policy_allow", "recorded: allowed"), **fields}


def deny(code: str = "policy_deny", message: str = "recorded: denied", **fields: Any) -> Answer:
    """The call may not be made, with a reason code of docs/reference/decisions.md."""
    return {"decision": "deny", "decision_reason": _reason(code, message), **fields}


def sanitize(parameters: Mapping[str, Any], **fields: Any) -> Answer:
    """The call may be made with these parameters."""
    reason = _reason("policy_allow", "recorded: allowed, rewritten")
    return {"decision": "sanitize", "decision_reason": reason, "parameters": dict(parameters), **fields}


def approval_needed(approval_id: str = "apr_recorded", message: str = "recorded: a person has to agree", **fields: Any) -> Answer:
    """A person has to agree first."""
    approval = {"approval_id": approval_id, "status": "pending", "url": None, "expires_at": None}
    return {"decision": "approval_needed", "decision_reason": _reason("approval_required", message), "approval": approval, **fields}


class RecordedDecisions:
    """Plays answers by tool: the last of a list stays; one answer is a list of one.

        recorded = RecordedDecisions({"payments.transfer": [allow(), deny("budget_exceeded")]})
        aegis = recorded.client(agent="finance-agent")

    `approvals` are answers to questions about approvals, by id: {"apr_recorded": {"status": "approved", "override_token": "t"}}.
    `asked` is what it was asked, in order. The client is the real one, with a transport that goes nowhere.
    """

    def __init__(
        self,
        decisions: Mapping[str, Answer | Iterable[Answer]],
        approvals: Mapping[str, Mapping[str, Any]] | None = None,
        results: Mapping[str, Answer] | None = None,
        delegations: Mapping[str, str] | None = None,
    ) -> None:
        self._decisions = {tool: [answer] if isinstance(answer, Mapping) else list(answer) for tool, answer in decisions.items()}
        self._approvals, self._results, self._delegations = dict(approvals or {}), dict(results or {}), dict(delegations or {})
        self._lock = threading.Lock()
        self.asked: list[Asked] = []

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> RecordedDecisions:
        """Answers of the real API, one JSON object a line, as `POST /v1/decisions` gave them."""
        decisions: dict[str, list[Answer]] = {}
        with open(path, encoding="utf-8") as lines:
            for line in filter(str.strip, lines):
                answer = json.loads(line)
                decisions.setdefault(answer["tool_name"], []).append(answer)
        return cls(decisions)

    def client(self, agent: str | None = None, **options: Any) -> Aegis:
        """An `Aegis` that asks this double. `options` are those of `Aegis`."""
        transport = httpx.MockTransport(self._answer)
        settings = {"url": "http://recorded.invalid", "api_key": "aegis_recorded", "retries": 0, **options}
        return Aegis(agent=agent, transport=transport, async_transport=transport, **settings)

    def questions(self, tool: str) -> list[Asked]:
        """The decisions that were asked for on `tool`."""
        return [asked for asked in self.asked if asked.path == "/v1/decisions" and asked.tool == tool]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else {}
        asked = Asked(request.method, request.url.path, body, dict(request.headers))
        with self._lock:
            self.asked.append(asked)
            number = len(self.asked)
            return httpx.Response(200, json=self._play(asked, number))

    def _play(self, asked: Asked, number: int) -> Mapping[str, Any]:
        kind, _, last = asked.path.rpartition("/")
        if asked.path == "/v1/decisions":
            answers = self._decisions.get(asked.tool or "")
            if not answers:
                raise NothingRecorded(f"no decision is recorded for `{asked.tool}`; there are some for {sorted(self._decisions)}")
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            return {**_blank(asked, number), **answer}
        if asked.path == "/v1/results" and asked.tool in self._results:
            return self._results[asked.tool]
        if asked.path == "/v1/delegations" and (to := asked.body["to"]) in self._delegations:
            return {**_blank(asked, number), **allow(), "delegation": self._delegations[to]}
        if kind == "/v1/approvals" and last in self._approvals:
            return {"approval_id": last, "status": "pending", **self._approvals[last]}
        raise NothingRecorded(f"no answer is recorded for {asked.method} {asked.path} {asked.tool or ''}".rstrip())


def _reason(code: str, message: str) -> dict[str, Any]:
    return {"code": code, "message": message, "policy": None, "rule": None}


def _blank(asked: Asked, number: int) -> dict[str, Any]:
    agent = asked.body.get("agent")
    return {
        "decision_id": f"recorded-{number}",
        "policy_version": "recorded/0",
        "mode": "enforce",
        "would_decision": None,
        "agent_id": agent.get("id") if isinstance(agent, dict) else None,
        "tool_name": asked.tool,
        "approval": None,
        "parameters": None,
        "redactions": [],
        "limits": {},
        "trace_id": None,
        "receipt": None,
    }

"""What Aegis answers: one decision on one call. Source: docs/reference/decision-api.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Outcome = Literal["allow", "deny", "sanitize", "approval_needed"]
OUTCOMES: frozenset[str] = frozenset(get_args(Outcome))


class MalformedAnswer(ValueError):
    """The answer is not what the API promises. The client turns it into `AnswerInvalid`."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: `code` is one of a closed list, `message` is for people and never holds values of parameters."""

    code: str
    message: str
    policy: str | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """A request to people. `override_token` is there once it is approved, and only for the agent that asked."""

    approval_id: str
    status: str
    expires_at: str | None = None
    url: str | None = None
    message: str | None = None
    override_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Redaction:
    """What was rewritten, never what it was."""

    path: str
    detector: str
    count: int


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. `parameters` are those to run with where `outcome` is `sanitize`, else None."""

    decision_id: str
    outcome: Outcome
    reason: Reason
    policy_version: str | None
    mode: str
    agent_id: str | None
    tool_name: str | None
    approval: Approval | None
    parameters: Mapping[str, Any] | None
    redactions: tuple[Redaction, ...]
    limits: Mapping[str, Any]
    trace_id: str | None
    #: The signed chain for the agent behind the tool, where there is one.
    delegation: str | None = field(repr=False)
    raw: Mapping[str, Any] = field(repr=False)

    @property
    def permits(self) -> bool:
        """Whether the call may be made, with `parameters` in place of its own where there are any."""
        return self.outcome in ("allow", "sanitize")

    @property
    def check_result(self) -> bool:
        """Whether policy wants the tool's result to pass through `/v1/results`."""
        return self.raw.get("check_result") is True


class Fields:
    """Reads an object of an answer by name and type; another type is an error, never absent."""

    def __init__(self, value: Any, place: str) -> None:
        if not isinstance(value, dict):
            raise MalformedAnswer(f"`{place}` is not an object")
        self.value, self.place = value, place

    def text(self, name: str) -> str:
        found = self.value.get(name)
        if not isinstance(found, str) or not found:
            raise MalformedAnswer(f"`{self.place}.{name}` is not a text")
        return found

    def maybe_text(self, name: str) -> str | None:
        found = self.value.get(name)
        if found is not None and not isinstance(found, str):
            raise MalformedAnswer(f"`{self.place}.{name}` is not a text")
        return found

    def maybe(self, name: str, kind: type[Any]) -> Any:
        found = self.value.get(name)
        if found is not None and not isinstance(found, kind):
            raise MalformedAnswer(f"`{self.place}.{name}` is no {kind.__name__}")
        return found


def read_reason(value: Any, place: str = "decision_reason") -> Reason:
    fields = Fields(value, place)
    return Reason(fields.text("code"), fields.maybe_text("message") or "", fields.maybe_text("policy"), fields.maybe_text("rule"))


def read_approval(value: Any, place: str = "approval") -> Approval:
    fields = Fields(value, place)
    return Approval(
        fields.text("approval_id"),
        fields.text("status"),
        fields.maybe_text("expires_at"),
        fields.maybe_text("url"),
        fields.maybe_text("message"),
        fields.maybe_text("override_token"),
    )


def read_redactions(value: Any) -> tuple[Redaction, ...]:
    found = []
    for item in value or ():
        fields = Fields(item, "redactions")
        count = fields.maybe("count", int)
        found.append(Redaction(fields.text("path"), fields.text("detector"), 1 if count is None else count))
    return tuple(found)


def read_decision(value: Any) -> Decision:
    """The decision in a parsed answer.

    Raises: MalformedAnswer, naming the place.
    """
    fields = Fields(value, "answer")
    outcome: Any = fields.text("decision")
    if outcome not in OUTCOMES:
        raise MalformedAnswer(f"`answer.decision` is none of {', '.join(sorted(OUTCOMES))}")
    approval = value.get("approval")
    decision = Decision(
        decision_id=fields.text("decision_id"),
        outcome=outcome,
        reason=read_reason(value.get("decision_reason")),
        policy_version=fields.maybe_text("policy_version"),
        mode=fields.maybe_text("mode") or "enforce",
        agent_id=fields.maybe_text("agent_id"),
        tool_name=fields.maybe_text("tool_name"),
        approval=None if approval is None else read_approval(approval),
        parameters=fields.maybe("parameters", dict),
        redactions=read_redactions(fields.maybe("redactions", list)),
        limits=fields.maybe("limits", dict) or {},
        trace_id=fields.maybe_text("trace_id"),
        delegation=fields.maybe_text("delegation"),
        raw=value,
    )
    if decision.outcome == "sanitize" and decision.parameters is None:
        raise MalformedAnswer("`answer.decision` is sanitize, and there are no parameters to run with")
    return decision

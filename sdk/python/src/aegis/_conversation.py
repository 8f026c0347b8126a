"""Decisions, approvals, delegations and results as flows: what is asked, when it is asked again, what an answer means."""

from __future__ import annotations

import json
import random
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from . import _context
from ._decision import Approval, Decision, Fields, MalformedAnswer, read_approval, read_decision
from ._encoding import to_json
from ._errors import BY_CODE, AnswerInvalid, ConfigurationError, Denied, EncodingError, GatewayFault, ResultWithheld, Unavailable, refusal
from ._flow import Exchange, Flow, Pause, Reply, TransportFailure
from ._settings import MAX_REQUEST_BYTES, Settings

#: Statuses after which the same request may be answered, when it carries an idempotency key.
_PASSING = frozenset({429, 502, 503, 504})
#: Approval states after which no token will ever come.
_SETTLED = frozenset({"denied", "expired", "withdrawn", "redeemed"})


@dataclass(frozen=True)
class Question:
    """One call to decide on. `parameters` are plain JSON already."""

    tool: str
    parameters: Mapping[str, Any] = field(repr=False)
    request: Mapping[str, str] | None = None
    session_id: str | None = None
    context: Mapping[str, Any] | None = None
    delegation: str | None = field(default=None, repr=False)
    override_token: str | None = field(default=None, repr=False)
    idempotency_key: str | None = None
    dry_run: bool = False


class Conversation:
    """Talks to one Aegis as one agent."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def decide(self, question: Question) -> Flow[Decision]:
        """The decision, whatever it is.

        Raises: Denied where Aegis answers with a problem instead of a decision, Unavailable where it does not answer.
        """
        settings, tool = self.settings, question.tool
        # A request under a key may be sent again: what it spends is spent once. Without retries the key would buy nothing.
        keyed = settings.retries > 0 or settings.patient or bool(question.idempotency_key or question.override_token)
        body: dict[str, Any] = {"tool": {"name": tool}, "parameters": question.parameters}
        optional = {
            "agent": {"id": settings.agent} if settings.agent else None,
            "request": question.request,
            "session_id": question.session_id or _context.current_session(),
            "context": {**_context.current_facts(), **(question.context or {})} or None,
            "delegation": question.delegation or _context.current_delegation(settings.agent),
            "override_token": question.override_token,
            "idempotency_key": (question.idempotency_key or uuid.uuid4().hex) if keyed else None,
            "dry_run": True if question.dry_run else None,
        }
        body.update((name, value) for name, value in optional.items() if value is not None)
        content = _content(body, tool)
        deadline = time.monotonic() + settings.timeout
        attempt = 0
        while True:
            reply = yield from self._exchange("POST", "/v1/decisions", content, tool, deadline)
            decision = self._read_decision(reply, question)
            if decision.reason.code != "idempotency_in_flight" or time.monotonic() >= deadline:
                return decision
            attempt += 1
            yield Pause(_backoff(attempt, deadline))

    def permitted(self, question: Question, approval_timeout: float, *, collect: bool = True) -> Flow[Decision]:
        """A decision that permits the call; waits up to `approval_timeout` seconds for people where they are asked.

        What people approved already is redeemed, unless `collect` is false.

        Raises: ToolNotRun.
        """
        decision = yield from self.decide(question)
        asked = decision.approval if decision.outcome == "approval_needed" and question.override_token is None else None
        if asked is not None and (approval_timeout > 0 or (collect and asked.status == "approved")):
            approval = yield from self.await_approval(asked.approval_id, approval_timeout)
            if approval.override_token is not None:
                # The decision is taken again, with the same parameters; the token fits no others.
                decision = yield from self.decide(replace(question, override_token=approval.override_token))
            elif approval.status in _SETTLED:
                decision = yield from self.decide(question)
        if not decision.permits:
            raise refusal(question.tool, decision)
        return decision

    def approval(self, approval_id: str) -> Flow[Approval]:
        """The approval as it stands, with the token where it is approved and this agent asked for it."""
        deadline = time.monotonic() + self.settings.timeout
        reply = yield from self._exchange("GET", f"/v1/approvals/{_segment(approval_id)}", None, None, deadline)
        if reply.status != 200:
            raise _problem(reply, f"approval {approval_id}", None)
        try:
            return read_approval(_parse(reply))
        except MalformedAnswer as fault:
            raise AnswerInvalid(f"Aegis told of approval {approval_id} in a way that is not understood: {fault}.") from fault

    def await_approval(self, approval_id: str, timeout: float) -> Flow[Approval]:
        """Asks until people have decided or `timeout` seconds are over; then the approval as it stands."""
        deadline = time.monotonic() + timeout
        attempt = 0
        while True:
            approval = yield from self.approval(approval_id)
            left = deadline - time.monotonic()
            if approval.override_token is not None or approval.status in _SETTLED or left <= 0:
                return approval
            attempt += 1
            yield Pause(min(left, 0.2 * 1.5 ** min(attempt, 8)))

    def delegate(self, agent: str, session_id: str | None, expires_in: int | None) -> Flow[_context.Delegation]:
        """The signed chain under which `agent` may call on behalf of this one, and of those it calls for. It belongs to a
        session: the one given, the current one, or a new one.

        Raises: Denied where `agent` does not accept calls from this one.
        """
        optional = {
            "agent": {"id": self.settings.agent} if self.settings.agent else None,
            "session_id": session_id or _context.current_session() or f"s-{uuid.uuid4()}",
            "delegation": _context.current_delegation(self.settings.agent),
            "expires_in": expires_in,
        }
        body = {"to": agent, **{name: value for name, value in optional.items() if value is not None}}
        deadline = time.monotonic() + self.settings.timeout
        what = f"delegation to {agent}"
        reply = yield from self._exchange("POST", "/v1/delegations", _content(body, what), what, deadline)
        if reply.status != 200:
            raise _problem(reply, what, what)
        try:
            decision = read_decision(_parse(reply))
            if not decision.permits:
                raise refusal(what, decision)
            if decision.delegation is None:
                raise MalformedAnswer("it has no `delegation`")
            return _context.Delegation(decision.delegation, agent)
        except MalformedAnswer as fault:
            raise AnswerInvalid(f"Aegis answered the {what} in a way that is not understood: {fault}.", tool=what) from fault

    def result(self, question: Question, decision_id: str, result: Any) -> Flow[Any]:
        """The tool's result as it may be passed on. `question` is the call, with the parameters that the tool ran with.

        Raises: ResultWithheld, whatever the cause: the tool has run, and what it said was not checked.
        """
        tool = question.tool
        optional = {
            "agent": {"id": self.settings.agent} if self.settings.agent else None,
            "session_id": question.session_id or _context.current_session(),
            "context": {**_context.current_facts(), **(question.context or {})} or None,
            "delegation": question.delegation or _context.current_delegation(self.settings.agent),
        }
        body = {"decision_id": decision_id, "tool": {"name": tool}, "parameters": question.parameters, "result": result}
        body.update((name, value) for name, value in optional.items() if value is not None)
        deadline = time.monotonic() + self.settings.timeout
        withheld = f"The result of `{tool}` is withheld"
        try:
            content = _content(body, tool)
            reply = yield from self._exchange("POST", "/v1/results", content, tool, deadline)
            if reply.status != 200:
                raise _problem(reply, tool, None)
            value = _parse(reply)
            outcome = Fields(value, "answer").text("decision")
            if outcome == "deny":
                reason = Fields(value.get("decision_reason"), "decision_reason")
                said = reason.maybe_text("message") or reason.text("code")
                raise ResultWithheld(f"{withheld}: {said} (decision {decision_id}).", tool=tool, decision_id=decision_id)
            if outcome not in ("allow", "sanitize") or "result" not in value:
                raise MalformedAnswer("`answer` has no result")
            return result if outcome == "allow" else value["result"]
        except (Denied, Unavailable, EncodingError, MalformedAnswer) as fault:
            text = f"{withheld}, because it could not be checked: {fault} (decision {decision_id})."
            raise ResultWithheld(text, tool=tool, decision_id=decision_id) from fault

    def _exchange(self, method: str, path: str, body: bytes | None, tool: str | None, deadline: float) -> Flow[Reply]:
        """One reply. Tried again until `deadline`, as the settings allow: what spends anything carries an idempotency key then."""
        settings = self.settings
        if settings.api_key is None:
            raise ConfigurationError("no API key: set AEGIS_API_KEY, or give Aegis(api_key=...).")
        headers = {"x-aegis-api-key": settings.api_key}
        if body is not None:
            headers["content-type"] = "application/json"
        if (parent := _context.current_traceparent()) is not None:
            headers["traceparent"] = parent
        patient = settings.patient
        attempt, reply, said = 0, None, "no time was left to ask"
        while (left := deadline - time.monotonic()) > 0:
            try:
                reply = yield Exchange(method, path, headers, body, left)
                if reply is not None and reply.status not in _PASSING:
                    return reply
            except TransportFailure as failure:
                reply, said = None, str(failure)
            attempt += 1
            if not patient and attempt > settings.retries:
                break
            yield Pause(_backoff(attempt, deadline))
        if reply is not None:
            return reply
        about = f"decide on `{tool}`" if tool else f"answer {path}"
        raise Unavailable(f"Aegis at {settings.url} did not {about}: {said}. Nothing was permitted.", tool=tool)

    def _read_decision(self, reply: Reply, question: Question) -> Decision:
        tool = question.tool
        if reply.status != 200:
            raise _problem(reply, tool, tool)
        try:
            decision = read_decision(_parse(reply))
            if decision.permits:
                # An answer to somebody else's question permits nothing.
                if decision.tool_name != tool:
                    raise MalformedAnswer("it is about another tool")
                if self.settings.agent is not None and decision.agent_id != self.settings.agent:
                    raise MalformedAnswer("it is about another agent")
                if not question.dry_run and decision.raw.get("dry_run"):
                    raise MalformedAnswer("it is about a dry run")
        except MalformedAnswer as fault:
            said = f"Aegis at {self.settings.url} answered the call of `{tool}` in a way that is not understood: {fault}."
            raise AnswerInvalid(f"{said} Nothing was permitted.", tool=tool) from fault
        return decision


def _content(body: Mapping[str, Any], tool: str) -> bytes:
    content = to_json(body)
    if len(content) > MAX_REQUEST_BYTES:
        raise EncodingError(
            f"the call of `{tool}` has {len(content)} bytes as JSON; Aegis reads at most {MAX_REQUEST_BYTES}.", path="$", tool=tool
        )
    return content


def _parse(reply: Reply) -> Any:
    try:
        return json.loads(reply.body, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        raise MalformedAnswer("it is no JSON") from fault


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _problem(reply: Reply, what: str, tool: str | None) -> Denied | Unavailable:
    """What a reply that is no decision means: RFC 9457 where it is one, else just its status."""
    about = f"`{tool}`" if tool else what
    try:
        fields = Fields(_parse(reply), "problem")
        code, detail = fields.text("code"), fields.maybe_text("detail") or fields.maybe_text("title") or ""
    except MalformedAnswer:
        return AnswerInvalid(f"Aegis answered {about} with HTTP status {reply.status} and no reason. Nothing was permitted.", tool=tool)
    kind = BY_CODE.get(code, GatewayFault if reply.status >= 500 else Denied)
    number = fields.value.get("decision_id")
    facts = ", ".join([code, *([f"decision {number}"] if isinstance(number, str) else [])])
    return kind(f"Aegis refused {about}: {detail} ({facts}).", tool=tool, code=code)


def _segment(approval_id: str) -> str:
    if not approval_id.isascii() or not approval_id.replace("_", "").isalnum():
        raise ConfigurationError(f"`{approval_id}` is no approval id.")
    return approval_id


def _backoff(attempt: int, deadline: float) -> float:
    wait = 0.05 * 2.0 ** min(attempt - 1, 5) * random.uniform(0.5, 1.5)  # noqa: S311
    return float(max(0.0, min(wait, deadline - time.monotonic())))

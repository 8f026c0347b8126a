"""What can stand between an agent and its tool.

    AegisError
    ├── ConfigurationError          settings that cannot work; raised before anything is called
    ├── ToolNotRun                  the tool's body was not entered
    │   ├── EncodingError           the parameters cannot be sent as JSON by the documented rules
    │   ├── RewriteError            sanitized parameters do not fit the tool
    │   ├── Denied                  Aegis decided: no
    │   │   ├── BudgetExceeded
    │   │   ├── RateExceeded        with `retry_after` in seconds, where waiting helps
    │   │   ├── ParameterInvalid
    │   │   ├── ApprovalRefused     a person refused this very call
    │   │   ├── ApprovalExpired
    │   │   ├── TokenRejected       the override token is used up, or for another call
    │   │   ├── ChainInvalid        the delegation does not hold
    │   │   ├── Unauthenticated     the API key is unknown, revoked, or another agent's
    │   │   ├── RequestRefused      Aegis could not read the request
    │   │   └── GatewayFault        Aegis could not decide, so it denied
    │   ├── ApprovalPending         a person has to agree first; with `approval`
    │   └── Unavailable             no answer in time; fails closed
    │       └── AnswerInvalid       an answer that is none
    └── ResultWithheld              the tool ran, and its result must not be passed on

Each has `for_model`, a text that a language model can read and act on. No message holds values of parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._decision import Approval, Decision


class AegisError(Exception):
    """The root of the tree."""

    advice = "Do not retry this call unchanged."

    @property
    def for_model(self) -> str:
        """What to tell the model in place of the tool's result."""
        return f"{self} {self.advice}"


class ConfigurationError(AegisError):
    """A setting that cannot work."""


class ToolNotRun(AegisError):
    """The tool's body was not entered. `tool` is its name, `decision` is there where Aegis answered."""

    def __init__(self, message: str, *, tool: str | None = None, decision: Decision | None = None) -> None:
        super().__init__(message)
        self.tool = tool
        self.decision = decision

    @property
    def decision_id(self) -> str | None:
        return self.decision.decision_id if self.decision else None

    @property
    def policy_version(self) -> str | None:
        return self.decision.policy_version if self.decision else None

    @property
    def reason_code(self) -> str | None:
        return self.decision.reason.code if self.decision else None


class EncodingError(ToolNotRun):
    """A parameter that cannot be sent: `path` says which, such as `$.memo`."""

    advice = "Call it again with plain JSON values."

    def __init__(self, message: str, *, path: str = "$", tool: str | None = None) -> None:
        super().__init__(message, tool=tool)
        self.path = path


class RewriteError(ToolNotRun):
    """Policy rewrote a parameter, and the rewritten value cannot be given to the tool."""

    advice = "Leave personal data and secrets out of the parameters and call it again."


class Denied(ToolNotRun):
    """Aegis denied the call."""

    advice = "Do not retry this call unchanged; choose another way or tell the user why it was not done."

    def __init__(self, message: str, *, tool: str | None = None, decision: Decision | None = None, code: str | None = None) -> None:
        super().__init__(message, tool=tool, decision=decision)
        self._code = code

    @property
    def reason_code(self) -> str | None:
        return self._code or super().reason_code


class BudgetExceeded(Denied):
    """The call does not fit into what is left of a budget."""

    advice = "The budget is spent: do not retry before it is renewed; finish without this tool or tell the user."


class RateExceeded(Denied):
    """Too many calls. `retry_after` says in how many seconds it may work, where that is known."""

    advice = "Wait, then call it again."

    @property
    def retry_after(self) -> float | None:
        seconds = self.decision.limits.get("retry_after_s") if self.decision else None
        return float(seconds) if isinstance(seconds, (int, float)) else None

    @property
    def for_model(self) -> str:
        wait = "Wait" if self.retry_after is None else f"Wait {self.retry_after:g} seconds"
        return f"{self} {wait}, then call it again."


class ParameterInvalid(Denied):
    """A parameter is not what the tool's schema says."""

    advice = "Correct the parameters and call it again."


class ApprovalRefused(Denied):
    """A person refused this very call."""

    advice = "A person refused this: do not ask again, and do not try to reach the same by other calls."


class ApprovalExpired(Denied):
    """The token or its approval came too late."""

    advice = "Call it again to ask for a new approval."


class TokenRejected(Denied):
    """The override token was used before, or was given for another call."""

    advice = "Call it again without a token to ask for a new approval."


class ChainInvalid(Denied):
    """The delegation that came along does not hold."""


class Unauthenticated(Denied):
    """The API key is unknown, expired or revoked, or belongs to another agent."""

    advice = "This cannot be mended by calling again: tell the user that the agent's credential is not accepted."


class RequestRefused(Denied):
    """Aegis could not read the request: malformed, too large, or a key used twice for different calls."""


class GatewayFault(Denied):
    """Aegis could not decide (no policies, no state, no audit trail), so it denied."""

    advice = "Nothing was done. Tell the user; it may work later."


class ApprovalPending(ToolNotRun):
    """A person has to agree first. `approval` names the request."""

    advice = "Nothing was done yet. Do not call it again before a person has approved it; tell the user that it waits for approval."

    @property
    def approval(self) -> Approval:
        approval = self.decision.approval if self.decision else None
        if approval is None:
            raise AttributeError("this answer names no approval")
        return approval


class Unavailable(ToolNotRun):
    """Aegis gave no answer in time. Nothing was permitted."""

    advice = "Nothing was done. Tell the user; it may work later."


class AnswerInvalid(Unavailable):
    """What came back is no answer of Aegis. Nothing was permitted."""


class ResultWithheld(AegisError):
    """The tool ran, but its result could not be checked or must not be seen. `decision_id` is that of the call."""

    advice = "The call was made: do not make it again. Its result is not shown."

    def __init__(self, message: str, *, tool: str | None = None, decision_id: str | None = None) -> None:
        super().__init__(message)
        self.tool = tool
        self.decision_id = decision_id


BY_CODE: dict[str, type[Denied]] = {
    "budget_exceeded": BudgetExceeded,
    "rate_exceeded": RateExceeded,
    "parameter_invalid": ParameterInvalid,
    "approval_denied": ApprovalRefused,
    "approval_expired": ApprovalExpired,
    "token_invalid": TokenRejected,
    "token_used": TokenRejected,
    "chain_invalid": ChainInvalid,
    "unauthenticated_agent": Unauthenticated,
    "tenant_mismatch": Unauthenticated,
    "request_invalid": RequestRefused,
    "request_too_large": RequestRefused,
    "idempotency_conflict": RequestRefused,
    "bundle_unavailable": GatewayFault,
    "bundle_stale": GatewayFault,
    "evaluation_error": GatewayFault,
    "state_unavailable": GatewayFault,
    "audit_unavailable": GatewayFault,
    "internal_error": GatewayFault,
}


def refusal(tool: str, decision: Decision) -> ToolNotRun:
    """The error that tells of a decision that does not permit the call."""
    reason = decision.reason
    said = reason.message or reason.code
    where = [f"{reason.policy}/{reason.rule}" if reason.policy and reason.rule else reason.policy or reason.rule or ""]
    facts = ", ".join(
        fact for fact in [reason.code, *where, f"policy version {decision.policy_version}", f"decision {decision.decision_id}"] if fact
    )
    if decision.outcome == "approval_needed":
        approval = decision.approval
        number = f" as {approval.approval_id} ({approval.status})" if approval else ""
        return ApprovalPending(f"`{tool}` waits for approval{number}: {said} ({facts}).", tool=tool, decision=decision)
    kind = BY_CODE.get(reason.code, Denied)
    return kind(f"Aegis denied `{tool}`: {said} ({facts}).", tool=tool, decision=decision)

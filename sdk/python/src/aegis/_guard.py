"""One guarded call: decided on entry, so that the block runs only if it was permitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from . import _context
from ._context import Delegation, delegate_of
from ._conversation import Question
from ._decision import Decision
from ._encoding import encode
from ._errors import EncodingError, ResultWithheld, RewriteError
from ._flow import Flow
from ._rewrite import restore

if TYPE_CHECKING:
    from ._client import Aegis

R = TypeVar("R")
#: Which results pass through `/v1/results`: those that policy asks for, all, or none.
Results = Literal["policy", "always", "never"]


@dataclass(frozen=True)
class Options:
    """How one call is decided. `approval_timeout` is in seconds; 0 raises `ApprovalPending` at once."""

    request: Mapping[str, str] | None = None
    session_id: str | None = None
    context: Mapping[str, Any] | None = None
    override_token: str | None = field(default=None, repr=False)
    idempotency_key: str | None = None
    dry_run: bool = False
    approval_timeout: float = 0
    results: Results = "policy"


class PermittedCall:
    """A call that was permitted. `parameters` are what the tool must run with, in place of those that were asked about."""

    def __init__(
        self, aegis: Aegis, question: Question, decision: Decision, parameters: Mapping[str, Any], results: Results = "policy"
    ) -> None:
        self._aegis, self._results = aegis, results
        # The call as it is made: a result is judged together with it, also where its body goes on to other sessions and chains.
        self._question = replace(
            question,
            parameters=question.parameters if decision.parameters is None else decision.parameters,
            session_id=question.session_id or _context.current_session(),
            delegation=question.delegation or _context.current_delegation(aegis.agent),
        )
        self.tool, self.decision, self.parameters = question.tool, decision, parameters

    @property
    def delegation(self) -> Delegation | None:
        """The chain for the agent behind this tool, where there is one: `with call.delegation:` around its work."""
        token = self.decision.delegation
        return None if token is None else Delegation(token, delegate_of(token))

    def result(self, value: R) -> R:
        """The tool's result as it may be passed on. Raises: ResultWithheld."""
        if not self._checked:
            return value
        sent = self._encoded(value)
        return self._fitting(value, sent, self._aegis._transport.run(self._asking(sent)))

    async def aresult(self, value: R) -> R:
        """`result`, for asyncio."""
        if not self._checked:
            return value
        sent = self._encoded(value)
        return self._fitting(value, sent, await self._aegis._transport.arun(self._asking(sent)))

    @property
    def _checked(self) -> bool:
        return self._results == "always" or (self._results == "policy" and self.decision.check_result)

    def _asking(self, sent: Any) -> Flow[Any]:
        return self._aegis._conversation.result(self._question, self.decision.decision_id, sent)

    def _encoded(self, value: Any) -> Any:
        try:
            return encode(value, self._aegis.encoders)
        except EncodingError as fault:
            raise self._withheld(str(fault)) from fault

    def _fitting(self, value: R, sent: Any, found: Any) -> R:
        try:
            return restore(value, sent, found)  # type: ignore[no-any-return]
        except RewriteError as fault:
            raise self._withheld(str(fault)) from fault

    def _withheld(self, why: str) -> ResultWithheld:
        text = f"The result of `{self.tool}` is withheld: {why}"
        return ResultWithheld(text, tool=self.tool, decision_id=self.decision.decision_id)


class Guard:
    """What `Aegis.guard` gives: enter it with `with` or `async with`. May be entered once at a time."""

    def __init__(self, aegis: Aegis, tool: str, parameters: Mapping[str, Any], options: Options) -> None:
        self._aegis, self._tool, self._parameters, self._options = aegis, tool, dict(parameters), options

    def __enter__(self) -> PermittedCall:
        question = self._question()
        return self._permitted(question, self._aegis._permitted(question, self._options.approval_timeout))

    def __exit__(self, *_: object) -> None:
        return None

    async def __aenter__(self) -> PermittedCall:
        question = self._question()
        return self._permitted(question, await self._aegis._apermitted(question, self._options.approval_timeout))

    async def __aexit__(self, *_: object) -> None:
        return None

    def _question(self) -> Question:
        return question(self._tool, self._parameters, self._options, self._aegis)

    def _permitted(self, question: Question, decision: Decision) -> PermittedCall:
        parameters = self._parameters
        if decision.parameters is not None:
            try:
                parameters = restore(self._parameters, question.parameters, decision.parameters)
            except RewriteError as fault:
                raise RewriteError(f"`{self._tool}` was not run: {fault}", tool=self._tool, decision=decision) from fault
        return PermittedCall(self._aegis, question, decision, parameters, self._options.results)


def question(tool: str, parameters: Mapping[str, Any], options: Options, aegis: Aegis) -> Question:
    """Raises: EncodingError."""
    try:
        sent = encode(parameters, aegis.encoders)
        context = encode(options.context, aegis.encoders) if options.context else None
    except EncodingError as fault:
        raise EncodingError(f"`{tool}` was not run: {fault}", path=fault.path, tool=tool) from fault
    return Question(
        tool,
        sent,
        options.request,
        options.session_id,
        context,
        override_token=options.override_token,
        idempotency_key=options.idempotency_key,
        dry_run=options.dry_run,
    )

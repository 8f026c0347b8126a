"""Aegis for Python: every call of an agent's tool is decided by policy before it runs.

    aegis = Aegis(agent="finance-agent")          # AEGIS_URL and AEGIS_API_KEY from the environment

    @aegis.guarded("payments.transfer")
    def transfer(amount: Decimal, to: str) -> str: ...

Guards for frameworks stand in modules of their own, imported only when used: `aegis.langchain`, `aegis.langgraph`,
`aegis.openai_agents`, `aegis.mcp`; doubles and fixtures for tests in `aegis.testing`.
"""

from ._client import Aegis
from ._context import Delegation, context, incoming, outgoing, session, trace
from ._decision import Approval, Decision, Reason, Redaction
from ._errors import (
    AegisError,
    AnswerInvalid,
    ApprovalExpired,
    ApprovalPending,
    ApprovalRefused,
    BudgetExceeded,
    ChainInvalid,
    ConfigurationError,
    Denied,
    EncodingError,
    GatewayFault,
    ParameterInvalid,
    RateExceeded,
    RequestRefused,
    ResultWithheld,
    RewriteError,
    TokenRejected,
    ToolNotRun,
    Unauthenticated,
    Unavailable,
)
from ._guard import Guard, PermittedCall
from ._version import __version__

__all__ = [
    "Aegis",
    "AegisError",
    "AnswerInvalid",
    "Approval",
    "ApprovalExpired",
    "ApprovalPending",
    "ApprovalRefused",
    "BudgetExceeded",
    "ChainInvalid",
    "ConfigurationError",
    "Decision",
    "Delegation",
    "Denied",
    "EncodingError",
    "GatewayFault",
    "Guard",
    "ParameterInvalid",
    "PermittedCall",
    "RateExceeded",
    "Reason",
    "Redaction",
    "RequestRefused",
    "ResultWithheld",
    "RewriteError",
    "TokenRejected",
    "ToolNotRun",
    "Unauthenticated",
    "Unavailable",
    "__version__",
    "context",
    "incoming",
    "outgoing",
    "session",
    "trace",
]

"""Settings that every framework's guard takes: how the framework's tools are named in policy, and what to do on a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ._client import Aegis
from ._conversation import Question
from ._errors import ConfigurationError
from ._guard import Options, Results, question

#: `tell_model` puts the refusal in place of the tool's result; `raise` ends the run with the exception.
OnDenied = Literal["tell_model", "raise"]


@dataclass(frozen=True)
class Toolset:
    """`names` maps the framework's tool names to those in policy (the same where absent); `requests` gives the request on the
    wire of tools whose policies are about endpoints and domains, by their name in policy."""

    aegis: Aegis
    names: Mapping[str, str]
    requests: Mapping[str, Mapping[str, str]]
    on_denied: OnDenied
    results: Results

    def __post_init__(self) -> None:
        if self.on_denied not in ("tell_model", "raise"):
            raise ConfigurationError(f"on_denied `{self.on_denied}` is neither `tell_model` nor `raise`.")
        if self.results not in ("policy", "always", "never"):
            raise ConfigurationError(f"results `{self.results}` is none of `policy`, `always`, `never`.")

    def name(self, tool: str) -> str:
        return self.names.get(tool, tool)

    def question(self, tool: str, parameters: Mapping[str, Any], *, session_id: str | None = None, key: str | None = None) -> Question:
        """The question about a call of the framework's tool `tool`. Raises: EncodingError."""
        name = self.name(tool)
        options = Options(request=self.requests.get(name), session_id=session_id, idempotency_key=key)
        return question(name, parameters, options, self.aegis)

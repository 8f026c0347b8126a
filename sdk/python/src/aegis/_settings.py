"""Settings: arguments first, then the environment, then defaults. A malformed one stops the start."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ._errors import ConfigurationError

#: The longest request that Aegis reads, in bytes.
MAX_REQUEST_BYTES = 1 << 20
#: The longest answer that is read, in bytes.
MAX_ANSWER_BYTES = 8 << 20


@dataclass(frozen=True)
class Settings:
    """Times are in seconds. `timeout` is for a whole decision, retries included."""

    url: str
    api_key: str | None = field(repr=False)
    agent: str | None
    timeout: float
    retries: int
    on_unavailable: str

    @property
    def patient(self) -> bool:
        """Whether to keep asking until `timeout` is over."""
        return self.on_unavailable == "wait"

    @classmethod
    def read(
        cls, url: str | None, api_key: str | None, agent: str | None, timeout: float | None, retries: int | None, on_unavailable: str | None
    ) -> Settings:
        """Raises: ConfigurationError, naming the setting."""
        return cls(
            url=_url(_or_environment(url, "AEGIS_URL", "http://127.0.0.1:8181")),
            api_key=_header("AEGIS_API_KEY", _or_environment(api_key, "AEGIS_API_KEY", "")) or None,
            agent=_or_environment(agent, "AEGIS_AGENT", "") or None,
            timeout=_positive("AEGIS_TIMEOUT", _or_environment(timeout, "AEGIS_TIMEOUT", "5")),
            retries=_count("AEGIS_RETRIES", _or_environment(retries, "AEGIS_RETRIES", "2")),
            on_unavailable=_policy(_or_environment(on_unavailable, "AEGIS_ON_UNAVAILABLE", "deny")),
        )


def _or_environment(given: object, name: str, default: str) -> str:
    return str(given) if given is not None else os.environ.get(name) or default


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ConfigurationError(f"AEGIS_URL `{text}` is no http:// or https:// address of Aegis.")
    return text.rstrip("/")


def _header(name: str, text: str) -> str:
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ConfigurationError(f"{name} has characters that a key never has. Was it copied with a line break?")
    return text


def _positive(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (0 < number < math.inf):
        raise ConfigurationError(f"{name} `{text}` is not a positive number of seconds.")
    return number


def _count(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 10:
        raise ConfigurationError(f"{name} `{text}` is not a whole number from 0 to 10.")
    return int(text)


def _policy(text: str) -> str:
    if text == "allow":
        raise ConfigurationError(
            "on_unavailable `allow` does not exist: without an answer of Aegis no tool runs. Use `deny`, or `wait` with a longer timeout."
        )
    if text not in ("deny", "wait"):
        raise ConfigurationError(f"on_unavailable `{text}` is neither `deny` nor `wait`.")
    return text

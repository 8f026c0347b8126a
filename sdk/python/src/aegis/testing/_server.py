"""The real `aegis serve` on a free loopback port, with a folder of policies and a data directory of its own."""

from __future__ import annotations

import json
import os
import pathlib
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable
from typing import Any

import httpx

from .._client import Aegis


class ServerFailed(RuntimeError):
    """The server could not be started, or a command of `aegis` failed; the message holds its output."""


class AegisServer:
    """A context manager. The binary is `binary`, else `AEGIS_BINARY`, else `aegis` on the path."""

    def __init__(self, policies: str | os.PathLike[str], *, binary: str | os.PathLike[str] | None = None, keys: Iterable[str] = ()) -> None:
        self.policies = pathlib.Path(policies)
        self.binary = str(binary or os.environ.get("AEGIS_BINARY") or shutil.which("aegis") or "")
        if not self.binary:
            raise ServerFailed("there is no aegis binary: set AEGIS_BINARY, or put `aegis` on the path")
        if not self.policies.is_dir():
            raise ServerFailed(f"there is no folder of policies at {self.policies}")
        self._first_keys = list(keys)
        self._keys: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._home: tempfile.TemporaryDirectory[str] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def data(self) -> pathlib.Path:
        if self._home is None:
            raise ServerFailed("the server was not started")
        return pathlib.Path(self._home.name) / "data"

    def start(self) -> AegisServer:
        """Returns once a verified bundle of the policies is active. Raises: ServerFailed."""
        self._run("policy", "lint", str(self.policies))
        self._home = tempfile.TemporaryDirectory(prefix="aegis-testing-")
        for key_id in self._first_keys:
            self.key(key_id)
        self.resume()
        return self

    def resume(self) -> None:
        """Starts the process on the data that is there, on the same port where it had one."""
        self.port = self.port or _free_port()
        command = [self.binary, "serve", "--policies", str(self.policies), "--data-dir", str(self.data)]
        log = open(self._log, "ab")  # noqa: SIM115
        with log:
            self._process = subprocess.Popen(
                [*command, "--listen", f"127.0.0.1:{self.port}", "--grpc", "off"], stdout=log, stderr=subprocess.STDOUT, env=_environment()
            )
        self._wait("/readyz", (200,), {})

    def pause(self) -> None:
        """Stops the process and keeps the data, as if Aegis were down."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)
        self._process = None

    def stop(self) -> None:
        self.pause()
        if self._home is not None:
            self._home.cleanup()
            self._home = None

    def key(self, key_id: str) -> str:
        """The API key with this id, issued once. Policies name it: `identities: [{api_key: KEY-ID}]`."""
        return self._issue(key_id)

    def person(self, name: str, *roles: str) -> str:
        """The API key of a person who decides approvals for `roles`."""
        return self._issue(name, "--person", *(word for role in roles for word in ("--role", role)))

    def client(self, agent: str, key_id: str, **options: Any) -> Aegis:
        """A client of `agent`, whose policy document names `key_id`."""
        return Aegis(url=self.url, api_key=self.key(key_id), agent=agent, **options)

    def approve(self, approval_id: str, person: str, *roles: str) -> dict[str, Any]:
        return self._verdict(approval_id, "approve", self.person(person, *roles))

    def deny(self, approval_id: str, person: str, *roles: str) -> dict[str, Any]:
        return self._verdict(approval_id, "deny", self.person(person, *roles))

    def records(self) -> list[dict[str, Any]]:
        """The audit trail, oldest first."""
        lines = self._run("audit", "tail", "--data-dir", str(self.data), "-n", "100000", "--json").splitlines()
        return [json.loads(line) for line in lines if line]

    def __enter__(self) -> AegisServer:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def _log(self) -> pathlib.Path:
        return self.data.parent / "aegis.log"

    def _verdict(self, approval_id: str, verdict: str, key: str) -> dict[str, Any]:
        answer = httpx.post(f"{self.url}/v1/approvals/{approval_id}/{verdict}", headers={"x-aegis-api-key": key}, trust_env=False)
        if answer.status_code != 200:
            raise ServerFailed(f"{verdict} of {approval_id}: {answer.status_code} {answer.text}")
        found: dict[str, Any] = answer.json()
        return found

    def _issue(self, key_id: str, *options: str) -> str:
        if key_id not in self._keys:
            issued = self._run("keys", "issue", key_id, "--tenant", "default", "--data-dir", str(self.data), "--json", *options)
            key: str = json.loads(issued)["api_key"]
            if self._process is not None:
                # A running server takes a new key up within half a second; 403 says that it is known, and an agent's.
                self._wait("/v1/approvals", (200, 403), {"x-aegis-api-key": key})
            self._keys[key_id] = key
        return self._keys[key_id]

    def _run(self, *arguments: str) -> str:
        done = subprocess.run([self.binary, *arguments], capture_output=True, text=True, timeout=60, env=_environment())
        if done.returncode != 0:
            raise ServerFailed(f"aegis {' '.join(arguments)}: {done.stderr or done.stdout}")
        return done.stdout

    def _wait(self, path: str, statuses: tuple[int, ...], headers: dict[str, str], seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        with httpx.Client(base_url=self.url, headers=headers, trust_env=False, timeout=5) as client:
            while time.monotonic() < deadline:
                if self._process is None or self._process.poll() is not None:
                    break
                try:
                    if client.get(path).status_code in statuses:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(0.02)
        raise ServerFailed(f"aegis serve did not answer {path} with {statuses}; its log:\n{self._log.read_text()[-3000:]}")


def _environment() -> dict[str, str]:
    """The environment without settings of Aegis, which are somebody else's here."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AEGIS_")}


def _free_port() -> int:
    """A port below those that the kernel gives to outgoing connections, so that it is still free when the server starts."""
    for port in random.sample(range(20000, 32000), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ServerFailed("none of 100 ports of 127.0.0.1 between 20000 and 32000 is free")

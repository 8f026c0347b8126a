"""The real `aegis serve` for every test that wants it, and a tool body that remembers whether it was entered."""

from __future__ import annotations

import itertools
import os
import pathlib
import shutil
from collections.abc import Iterator

import pytest

import aegis.testing

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
POLICIES = HERE / "policies"
KEYS = ["finance-1", "planner-1", "stranger-1"]
#: Agents alike. Aegis bounds how often one agent may ask for approvals, and these tests ask often.
PAYERS = [f"payer-{number}" for number in range(40)]


def binary() -> str:
    """`AEGIS_BINARY`, else the debug build, else the release build of this repository."""
    candidates = [os.environ.get("AEGIS_BINARY"), ROOT / ".build/debug/aegis", ROOT / ".build/release/aegis"]
    for candidate in candidates:
        if candidate and pathlib.Path(candidate).is_file():
            return str(candidate)
    raise pytest.UsageError("there is no aegis binary: build it (`make build`), or set AEGIS_BINARY")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("AEGIS_") and name != "AEGIS_BINARY":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[aegis.testing.AegisServer]:
    folder = tmp_path_factory.mktemp("policies")
    shutil.copytree(POLICIES, folder, dirs_exist_ok=True)
    agents = [f'aegis: v1\nkind: Agent\nname: {name}\nidentities: [{{api_key: {name}}}]\nscopes: ["*"]\n' for name in PAYERS]
    (folder / "payers.yaml").write_text("---\n".join(agents))
    with aegis.testing.AegisServer(folder, binary=binary(), keys=[*KEYS, *PAYERS]) as server:
        server.person("maria", "treasurer")
        yield server


_payers = itertools.cycle(PAYERS)


@pytest.fixture
def client(server: aegis.testing.AegisServer) -> Iterator[aegis.Aegis]:
    payer = next(_payers)
    with server.client(payer, payer) as client:
        yield client


class Body:
    """The body of a tool: `entered` holds what it was run with."""

    def __init__(self) -> None:
        self.entered: list[dict[str, object]] = []

    def __call__(self, **parameters: object) -> str:
        self.entered.append(parameters)
        return f"paid {parameters.get('amount')}"


@pytest.fixture
def body() -> Body:
    return Body()


_amounts = itertools.count(6001)


@pytest.fixture
def large() -> int:
    """An amount that needs approval, and that no other test asks for: identical calls share one approval."""
    return next(_amounts)

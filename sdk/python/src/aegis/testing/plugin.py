"""Fixtures for pytest, there as soon as this package is installed.

    @pytest.mark.aegis(policies="policies", keys=["finance-1"])
    def test_transfer(aegis_server):
        aegis = aegis_server.client("finance-agent", "finance-1")

`policies` is relative to the test's file; without a mark it is the ini option `aegis_policies`. Servers are shared by all tests with
the same policies and keys.
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ._server import AegisServer


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("aegis_policies", "folder of policies for the fixture aegis_server, relative to the root of the project")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "aegis(policies, keys): what the fixture aegis_server serves")


@pytest.fixture(scope="session")
def _aegis_servers() -> Iterator[dict[tuple[pathlib.Path, tuple[str, ...]], AegisServer]]:
    servers: dict[tuple[pathlib.Path, tuple[str, ...]], AegisServer] = {}
    yield servers
    for server in servers.values():
        server.stop()


@pytest.fixture
def aegis_server(request: pytest.FixtureRequest, _aegis_servers: dict[tuple[pathlib.Path, tuple[str, ...]], AegisServer]) -> AegisServer:
    """The real `aegis serve` on a free port. Its binary is `AEGIS_BINARY`, else `aegis` on the path."""
    from ._server import AegisServer

    mark = request.node.get_closest_marker("aegis")
    options = mark.kwargs if mark is not None else {}
    if "policies" in options:
        policies = request.path.parent / options["policies"]
    elif given := request.config.getini("aegis_policies"):
        policies = request.config.rootpath / str(given)
    else:
        raise pytest.UsageError("aegis_server needs policies: @pytest.mark.aegis(policies=...) or aegis_policies in the ini file")
    keys = tuple(options.get("keys", ()))
    known = _aegis_servers.get((policies, keys))
    if known is None:
        known = _aegis_servers[policies, keys] = AegisServer(policies, keys=keys).start()
    return known

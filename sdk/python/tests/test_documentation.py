"""Every Python block of the guides runs as it stands, against the policies that they name; what it prints is what they say."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys

import pytest

from aegis.testing import AegisServer
from conftest import ROOT, binary

POLICIES = ROOT / "examples/langgraph-finance/policies"
GUIDES = ["python", "langchain", "langgraph", "openai-agents", "mcp"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


def blocks(text: str, language: str) -> list[str]:
    return [code for found, code in BLOCK.findall(text) if found == language]


@pytest.fixture
def environment(monkeypatch):
    with AegisServer(POLICIES, binary=binary(), keys=["finance-1", "planner-1"]) as server:
        server.person("maria", "treasurer")
        monkeypatch.setenv("AEGIS_URL", server.url)
        monkeypatch.setenv("AEGIS_API_KEY", server.key("finance-1"))
        monkeypatch.setenv("PLANNER_KEY", server.key("planner-1"))
        yield server


def approving(server):
    """The treasurer of the guides: approves by id, or whatever is pending for a tool."""

    def approve(wanted: str) -> None:
        if not wanted.startswith("apr_"):
            listed = subprocess.run(
                [server.binary, "approvals", "list", "--json"],
                env={**os.environ, "AEGIS_URL": server.url, "AEGIS_API_KEY": server.person("maria", "treasurer")},
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            wanted = re.findall(r"apr_[0-9a-z]+", listed)[0]
        server.approve(wanted, "maria", "treasurer")

    return approve


def printed_by(code: str, name: str, namespace: dict[str, object]) -> tuple[list[str], list[str]]:
    """What a block prints, and what it says that it prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, name, "exec"), namespace)
    said = re.findall(r"^ *# prints: (.*)$", code, re.M)
    return [line.rstrip() for line in printed.getvalue().splitlines()], [line.rstrip() for line in said]


@pytest.mark.parametrize("guide", GUIDES)
def test_the_blocks_of_a_guide_run_and_print_what_they_say(guide, environment):
    text = (ROOT / f"docs/guides/{guide}.md").read_text()
    found = blocks(text, "python")
    assert found
    namespace = {"approve": approving(environment), "__name__": "guide"}
    for code in found:
        printed, said = printed_by(code, f"{guide}.md", namespace)
        assert printed == said
    if guide == "python":
        namespace["test_large_payments_wait"](environment)


def test_the_ten_lines_of_the_readme_run_against_the_policies_of_the_demo(monkeypatch):
    """The demo serves the same policies; `make demo KEEP=1` leaves its keys in .demo/keys.env, as FINANCE_1 and so on."""
    demo = (ROOT / "examples/first-light/demo.py").read_text()
    assert '"finance-1"' in demo
    assert '/ "keys.env"' in demo
    [code] = blocks((ROOT / "sdk/python/README.md").read_text(), "python")
    with AegisServer(ROOT / "examples/first-light/policies", binary=binary(), keys=["finance-1"]) as server:
        monkeypatch.setenv("AEGIS_URL", server.url)
        monkeypatch.setenv("AEGIS_API_KEY", server.key("finance-1"))
        printed, said = printed_by(code, "README.md", {})
        assert printed == said


def test_the_shell_lines_start_what_the_guides_need(tmp_path):
    from aegis.testing._server import _free_port

    [start, _] = blocks((ROOT / "docs/guides/python.md").read_text(), "sh")
    port = _free_port()
    asked = "import aegis; assert aegis.Aegis(agent='finance-agent', timeout=20, on_unavailable='wait').decide('invoices.list').permits"
    script = f"set -e\n{start}\ntrap 'kill $!' EXIT\n{sys.executable} -c \"{asked}\""
    (tmp_path / "aegis").symlink_to(binary())
    environment = {**os.environ, "AEGIS_LISTEN": f"127.0.0.1:{port}", "AEGIS_GRPC": "off", "AEGIS_URL": f"http://127.0.0.1:{port}"}
    environment["PATH"] = f"{tmp_path}:{environment['PATH']}"
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_example_plays_as_its_transcript_says():
    folder = ROOT / "examples/langgraph-finance"
    environment = {**os.environ, "AEGIS_BINARY": binary()}
    done = subprocess.run([sys.executable, folder / "run.py"], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (folder / "transcript.txt").read_text()

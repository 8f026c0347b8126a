#!/usr/bin/env python3
"""Plays the story: pays invoices, hits the limit, waits for a treasurer, continues. Exits 1 if it went another way.

    AEGIS_BINARY=.build/release/aegis sdk/python/.venv/bin/python examples/langgraph-finance/run.py

Starts a real `aegis serve` on a free port with the policies beside this file.
"""

import pathlib
import re
import sys

from agent import PAID, build
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.memory import InMemorySaver

from aegis.langgraph import resume_when_approved
from aegis.testing import AegisServer

HERE = pathlib.Path(__file__).resolve().parent
THREAD = {"configurable": {"thread_id": "invoices-november"}}


def say(who: str, text: str) -> None:
    """One line of the transcript, without what differs from run to run."""
    text = re.sub(r"apr_[0-9a-z]+", "apr_…", text)
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "…", text)
    text = re.sub(r"sha256:[0-9a-f]+", "sha256:…", text)
    print(f"{who:<10} {text}".replace("\n", "\n" + " " * 11), flush=True)


def play(graph, go) -> dict:
    """Runs the graph until it ends or is interrupted, and tells each step."""
    for update in graph.stream(go, THREAD, stream_mode="updates"):
        for node, change in update.items():
            for message in (change or {}).get("messages", []) if isinstance(change, dict) else []:
                for call in getattr(message, "tool_calls", []):
                    arguments = ", ".join(f"{name}={value}" for name, value in call["args"].items() if name != "to")
                    say("model", f"calls {call['name']}({arguments})")
                if message.content:
                    say({"tools": "tool"}.get(node, node) if getattr(message, "status", "") != "error" else "refused", message.content)
    state = graph.get_state(THREAD)
    return {"__interrupt__": [stop for task in state.tasks for stop in task.interrupts]}


def main() -> int:
    with AegisServer(HERE / "policies", keys=["finance-1"]) as server, server.client("finance-agent", "finance-1") as aegis:
        server.person("maria", "treasurer")
        graph = build(aegis, InMemorySaver())
        out = play(graph, {"messages": [HumanMessage("Pay the open invoices.")]})
        [stop] = out["__interrupt__"]
        [asked] = stop.value["approvals"]
        say("graph", f"interrupted: {asked['tool']} waits as {asked['approval_id']}: {asked['message']}")
        waited = list(PAID)
        say("books", f"paid so far: {', '.join(waited)}")

        server.approve(asked["approval_id"], "maria", "treasurer")
        say("maria", f"approves {asked['approval_id']}, as a treasurer may")
        out = play(graph, resume_when_approved(aegis, out, timeout=60))
        say("books", f"paid in the end: {', '.join(sorted(PAID))}")

        decisions = [(r["tool_name"], r["decision"]) for r in server.records() if r.get("kind") == "decision"]
        for tool, decision in decisions:
            say("trail", f"{tool} {decision}")
        right = waited == ["2026-101"] and sorted(PAID) == ["2026-101", "2026-102", "2026-103"] and not out["__interrupt__"]
        return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())

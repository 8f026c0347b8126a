"""`guarded_tool_node` in graphs of the real LangGraph: all calls of a step are decided before the first one runs."""

from __future__ import annotations

import asyncio
from typing import Annotated, TypedDict

import pytest
from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.prebuilt import ToolNode
from langgraph.types import Command, RetryPolicy, Send

import aegis
from aegis.langgraph import ToolGuard, guarded_tool_node, resume_when_approved

THREAD = {"configurable": {"thread_id": "t-1"}}
BOTH = pytest.mark.parametrize("path", ["invoke", "ainvoke"])
EVERY = pytest.mark.parametrize("path", ["invoke", "ainvoke", "stream", "astream", "batch", "abatch"])


class State(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


class Tools:
    def __init__(self, broken=0):
        self.entered, self.broken = [], broken

        @tool("pay")
        def pay(amount: float, note: str = "") -> str:
            """Pays."""
            return self.enter(amount, note)

        @tool("pay")
        async def apay(amount: float, note: str = "") -> str:
            """Pays."""
            return self.enter(amount, note)

        self.sync, self.asynchronous = pay, apay

    def enter(self, amount, note):
        self.entered.append((amount, note))
        if self.broken:
            self.broken -= 1
            raise ConnectionError
        return f"paid {amount:g}"


@pytest.fixture
def tools():
    return Tools()


def graph(path, client, tools, *, retry=None, checkpointer=None, guard=None):
    node = guarded_tool_node([tools.asynchronous if path[0] == "a" else tools.sync], client, guard=guard)
    builder = StateGraph(State)
    builder.add_node("tools", node, retry_policy=retry)
    builder.add_edge(START, "tools")
    builder.add_edge("tools", END)
    return builder.compile(checkpointer=checkpointer)


def step(*amounts, **more):
    ids = [f"c{number}" for number in range(len(amounts))]
    found = [{"name": "pay", "args": {"amount": a, **more}, "id": i} for a, i in zip(amounts, ids, strict=True)]
    return {"messages": [AIMessage("", tool_calls=found)]}


def run(path, graph, client, go, config=None):
    """One run on one of the paths; the last state."""
    if path == "invoke":
        return graph.invoke(go, config)
    if path == "stream":
        return list(graph.stream(go, config, stream_mode="values"))[-1]
    if path == "batch":
        return graph.batch([go], config)[0]

    async def main():
        async with client:
            if path == "ainvoke":
                return await graph.ainvoke(go, config)
            if path == "abatch":
                return (await graph.abatch([go], config))[0]
            return [state async for state in graph.astream(go, config, stream_mode="values")][-1]

    return asyncio.run(main())


def answers(out):
    return {message.tool_call_id: message.content for message in out["messages"] if message.type == "tool"}


@EVERY
def test_denied_allowed_and_rewritten_in_one_step(client, tools, path):
    out = run(path, graph(path, client, tools), client, step(5, 60000, 7, note="ssn 536-22-1457"))
    assert sorted(tools.entered) == [(5, "ssn [REDACTED:us_ssn]"), (7, "ssn [REDACTED:us_ssn]")]
    assert "Aegis denied `pay`" in answers(out)["c1"]


@EVERY
def test_nothing_of_a_step_runs_while_one_call_waits(server, client, tools, path, large):
    app = graph(path, client, tools, checkpointer=InMemorySaver())
    out = run(path, app, client, step(5, large, 60000, large + 20000), THREAD)
    [stop] = out["__interrupt__"]
    asked = [found["approval_id"] for found in stop.value["approvals"]]
    assert [found["tool_call_id"] for found in stop.value["approvals"]] == ["c1", "c3"]
    assert tools.entered == []

    # One of two approved: nothing runs yet, and only the other is still asked about.
    server.approve(asked[1], "maria", "treasurer")
    out = run(path, app, client, Command(resume=True), THREAD)
    assert [found["approval_id"] for found in out["__interrupt__"][0].value["approvals"]] == [asked[0]]
    assert tools.entered == []

    server.approve(asked[0], "maria", "treasurer")
    out = run(path, app, client, resume_when_approved(client, out, 5), THREAD)
    assert sorted(tools.entered) == [(5, ""), (large, ""), (large + 20000, "")]
    assert "amount_exceeded" in answers(out)["c2"]
    assert answers(out)["c1"] == f"paid {large}"


@EVERY
def test_one_refused_and_one_approved(server, client, tools, path, large):
    app = graph(path, client, tools, checkpointer=InMemorySaver())
    out = run(path, app, client, step(large, large + 20000), THREAD)
    first, second = (found["approval_id"] for found in out["__interrupt__"][0].value["approvals"])
    server.deny(first, "maria", "treasurer")
    server.approve(second, "maria", "treasurer")
    out = run(path, app, client, resume_when_approved(client, out, 5), THREAD)
    assert tools.entered == [(large + 20000, "")]
    assert "approval_denied" in answers(out)["c0"]


@BOTH
def test_an_approval_survives_a_new_process(server, client, path, large):
    saver, first, second = InMemorySaver(), Tools(), Tools()
    out = run(path, graph(path, client, first, checkpointer=saver), client, step(5, large), THREAD)
    server.approve(out["__interrupt__"][0].value["approvals"][0]["approval_id"], "maria", "treasurer")
    run(path, graph(path, client, second, checkpointer=saver), client, Command(resume=True), THREAD)
    assert first.entered == []
    assert sorted(second.entered) == [(5, ""), (large, "")]


@BOTH
def test_a_budget_is_charged_once_although_the_step_ran_twice(server, client, path, large):
    @tool("model")
    def model(cost: float) -> str:
        """Asks."""
        return "said"

    @tool("pay")
    def pay(amount: float) -> str:
        """Pays."""
        return "paid"

    builder = StateGraph(State)
    builder.add_node("tools", guarded_tool_node([model, pay], client))
    builder.add_edge(START, "tools")
    app = builder.compile(checkpointer=InMemorySaver())
    found = [{"name": "model", "args": {"cost": 6}, "id": "c0"}, {"name": "pay", "args": {"amount": large}, "id": "c1"}]
    out = run(path, app, client, {"messages": [AIMessage("", tool_calls=found)]}, THREAD)
    server.approve(out["__interrupt__"][0].value["approvals"][0]["approval_id"], "maria", "treasurer")
    out = run(path, app, client, Command(resume=True), THREAD)
    assert answers(out) == {"c0": "said", "c1": "paid"}
    assert client.decide("model", {"cost": 1}).limits["budget_remaining"] == "3.00 USD"


@BOTH
def test_a_retried_step_is_decided_again(server, client, path):
    tools = Tools(broken=1)
    before = len(server.records())
    run(path, graph(path, client, tools, retry=RetryPolicy(max_attempts=2, initial_interval=0.01)), client, step(5))
    assert tools.entered == [(5, ""), (5, "")]
    decisions = {record["decision_id"] for record in server.records()[before:] if record.get("tool_name") == "pay"}
    assert len(decisions) == 2


@BOTH
def test_the_same_call_id_in_a_later_step_is_another_call(server, client, tools, path):
    app = graph(path, client, tools, checkpointer=InMemorySaver())
    before = len(server.records())
    run(path, app, client, step(5), THREAD)
    run(path, app, client, step(5), THREAD)
    assert tools.entered == [(5, ""), (5, "")]
    decisions = {record["decision_id"] for record in server.records()[before:] if record.get("tool_name") == "pay"}
    assert len(decisions) == 2


@BOTH
def test_calls_sent_one_by_one(client, tools, path, large):
    builder = StateGraph(State)
    builder.add_node("tools", guarded_tool_node([tools.asynchronous if path[0] == "a" else tools.sync], client))
    builder.add_node("model", lambda state: {})
    builder.add_edge(START, "model")
    builder.add_conditional_edges(
        "model", lambda state: [Send("tools", [{**c, "type": "tool_call"}]) for c in state["messages"][-1].tool_calls]
    )
    app = builder.compile(checkpointer=InMemorySaver())
    out = run(path, app, client, step(5, large), THREAD)
    assert [len(stop.value["approvals"]) for stop in out["__interrupt__"]] == [1]
    assert tools.entered == [(5, "")]


@BOTH
def test_without_a_checkpointer_the_model_is_told(client, tools, path, large):
    out = run(path, graph(path, client, tools), client, step(5, large))
    assert "waits for approval" in answers(out)["c1"]
    assert tools.entered == [(5, "")]


@BOTH
def test_waiting_within_the_step(server, client, tools, path, large):
    decision = client.decide("pay", {"amount": large, "note": ""})
    server.approve(decision.approval.approval_id, "maria", "treasurer")
    run(path, graph(path, client, tools, guard={"on_approval": "wait", "approval_timeout": 5}), client, step(large))
    assert tools.entered == [(large, "")]


def test_a_tool_node_outside_of_a_graph(client, tools):
    node = guarded_tool_node([tools.sync], client)
    request = step(5, 60000)
    app = StateGraph(State).add_node("tools", node).add_edge(START, "tools").compile()
    assert "amount_exceeded" in answers(app.invoke(request))["c1"]
    assert tools.entered == [(5, "")]


def test_arguments_that_a_wrapper_of_your_own_changes_are_decided(client, tools):
    gate = ToolGuard(client)

    def wrapper(request, handler):
        if request.tool_call["id"] == "c1":
            request = request.override(tool_call={**request.tool_call, "args": {"amount": 60000}})
        return gate.wrap_tool_call(request, handler)

    node = ToolNode([tools.sync], wrap_tool_call=wrapper)
    out = StateGraph(State).add_node("tools", node).add_edge(START, "tools").compile().invoke(step(5, 7), {"max_concurrency": 1})
    assert tools.entered == [(5, "")]
    assert "amount_exceeded" in answers(out)["c1"]


def test_a_second_wrapper_is_refused(client, tools):
    with pytest.raises(aegis.ConfigurationError, match="`wrap_tool_call` is what the guard itself uses"):
        guarded_tool_node([tools.sync], client, wrap_tool_call=lambda request, run: run(request))
    assert isinstance(guarded_tool_node([tools.sync], client), ToolNode)


@pytest.mark.parametrize(("option", "value"), [("on_approval", "yes"), ("on_denied", "no"), ("results", "some")])
def test_a_wrong_option_stops_the_start(client, tools, option, value):
    with pytest.raises(aegis.ConfigurationError, match=f"{option} `{value}`"):
        guarded_tool_node([tools.sync], client, guard={option: value})

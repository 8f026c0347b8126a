"""`AegisMiddleware` in agents of the real LangChain: the tool body is entered only when Aegis permits, on every path there is."""

from __future__ import annotations

import asyncio

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, ToolRetryMiddleware
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.errors import GraphRecursionError
from langgraph.types import Command

import aegis
from aegis.langchain import AegisMiddleware, aresume_when_approved, resume_when_approved
from aegis.testing.langchain import ScriptedModel, calls

GO = {"messages": [HumanMessage("go")]}
DONE = AIMessage("done")


class Tools:
    """A sync and an async tool of the same name, and what they were run with."""

    def __init__(self):
        self.entered = []

        @tool("pay")
        def pay(amount: float, to: str = "", note: str = "") -> str:
            """Pays."""
            self.entered.append((amount, note))
            return f"paid {amount:g}"

        @tool("pay")
        async def apay(amount: float, to: str = "", note: str = "") -> str:
            """Pays."""
            self.entered.append((amount, note))
            return f"paid {amount:g}"

        self.sync, self.asynchronous = pay, apay


@pytest.fixture
def tools():
    return Tools()


def agent(client, tool, *script, **options):
    middleware = [*options.pop("before", ()), AegisMiddleware(client, **options.pop("guard", {}))]
    return create_agent(ScriptedModel(script=[*script, DONE, DONE, DONE]), [tool], middleware=middleware, **options)


def drive(path, client, tools, *script, config=None, go=GO, **options):
    """One run of an agent on one of the paths; its tool messages, or what it was interrupted with."""
    asynchronous = path in ("ainvoke", "astream", "abatch", "astream_events")
    graph = options.pop("graph", None) or agent(client, tools.asynchronous if asynchronous else tools.sync, *script, **options)

    async def amain():
        async with client:
            if path == "ainvoke":
                return await graph.ainvoke(go, config)
            if path == "abatch":
                return (await graph.abatch([go], [config] if config else None))[0]
            if path == "astream_events":
                async for _ in graph.astream_events(go, config, version="v2"):
                    pass
                return None
            return [state async for state in graph.astream(go, config, stream_mode="values")][-1]

    if asynchronous:
        out = asyncio.run(amain())
    elif path == "invoke":
        out = graph.invoke(go, config)
    elif path == "batch":
        out = graph.batch([go], [config] if config else None)[0]
    else:
        out = list(graph.stream(go, config, stream_mode="values"))[-1]
    return out


def answers(out):
    return [message for message in out["messages"] if isinstance(message, ToolMessage)]


PATHS = ["invoke", "ainvoke", "stream", "astream", "batch", "abatch"]
EVERY = pytest.mark.parametrize("path", PATHS)
BOTH = pytest.mark.parametrize("path", ["invoke", "ainvoke"])


@EVERY
def test_allowed(client, tools, path):
    [answer] = answers(drive(path, client, tools, calls("pay", amount=20)))
    assert (answer.status, answer.content, tools.entered) == ("success", "paid 20", [(20, "")])


@pytest.mark.parametrize("path", [*PATHS, "astream_events"])
def test_denied_is_not_entered_and_the_model_is_told(client, tools, path):
    out = drive(path, client, tools, calls("pay", amount=60000))
    assert tools.entered == []
    if out is not None:
        [answer] = answers(out)
        assert (answer.status, answer.tool_call_id) == ("error", "call-1")
        assert "Aegis denied `pay`: the amount is above 50000 (amount_exceeded, payments/hard_max_amount" in answer.content
        assert answer.artifact["aegis"]["error"] == "Denied"


@EVERY
def test_the_tool_runs_with_sanitized_arguments(client, tools, path):
    drive(path, client, tools, calls("pay", amount=20, note="ssn 536-22-1457"))
    assert tools.entered == [(20, "ssn [REDACTED:us_ssn]")]


@EVERY
def test_parallel_calls_are_decided_one_by_one(client, tools, path):
    both = AIMessage("", tool_calls=[{"name": "pay", "args": {"amount": a}, "id": f"c{a}"} for a in (1, 60000, 2, 70000)])
    found = answers(drive(path, client, tools, both))
    assert sorted(tools.entered) == [(1, ""), (2, "")]
    assert {message.tool_call_id: message.status for message in found} == {
        "c1": "success", "c60000": "error", "c2": "success", "c70000": "error",
    }  # fmt: skip


@BOTH
def test_calls_with_the_same_id_are_refused(client, tools, path):
    twins = AIMessage("", tool_calls=[{"name": "pay", "args": {"amount": a}, "id": "same"} for a in (1, 2)])
    found = answers(drive(path, client, tools, twins))
    assert tools.entered == []
    assert all("bear the same id" in message.content for message in found)


@BOTH
@pytest.mark.parametrize("amount", ["6000", 6000, "6e3"])
def test_policy_sees_the_arguments_as_the_tool_reads_them(client, tools, path, amount):
    [answer] = answers(drive(path, client, tools, calls("pay", amount=amount)))
    assert "waits for approval" in answer.content
    assert tools.entered == []


@BOTH
@pytest.mark.parametrize("arguments", [{"amount": "much"}, {}, {"amount": float("nan")}, {"amount": 10**400}], ids=str)
def test_arguments_that_do_not_fit_the_tool(client, tools, path, arguments):
    [answer] = answers(drive(path, client, tools, calls("pay", **arguments)))
    assert answer.status == "error"
    assert tools.entered == []


@BOTH
def test_an_unknown_tool_is_denied(client, tools, path):
    [answer] = answers(drive(path, client, tools, calls("nonsense", amount=1)))
    assert "unknown_tool" in answer.content
    assert tools.entered == []


@BOTH
def test_names_in_policy(client, tools, path):
    [answer] = answers(drive(path, client, tools, calls("pay", amount=60000), guard={"names": {"pay": "payments.transfer"}}))
    assert "Aegis denied `payments.transfer`" in answer.content
    assert tools.entered == []


@BOTH
def test_refusals_can_end_the_run(client, tools, path):
    with pytest.raises(aegis.Denied):
        drive(path, client, tools, calls("pay", amount=60000), guard={"on_denied": "raise"})
    assert tools.entered == []


@BOTH
def test_aegis_down(tools, path):
    down = aegis.Aegis("http://127.0.0.1:9", "aegis_k", "finance-agent", timeout=0.3)
    [answer] = answers(drive(path, down, tools, calls("pay", amount=20)))
    assert "did not decide on `pay`" in answer.content
    assert tools.entered == []


@BOTH
def test_a_tool_that_raises_raises(client, path):
    @tool("pay")
    def pay(amount: float) -> str:
        """Pays."""
        raise KeyError("bank")

    broken = Tools()
    broken.sync = broken.asynchronous = pay
    with pytest.raises(KeyError, match="bank"):
        drive(path, client, broken, calls("pay", amount=20))


@BOTH
def test_an_outer_retry_is_a_new_call_to_aegis(server, client, path):
    entered = []

    @tool("pay")
    def pay(amount: float) -> str:
        """Pays."""
        entered.append(amount)
        raise ConnectionError

    broken = Tools()
    broken.sync = broken.asynchronous = pay
    before = len(server.records())
    drive(path, client, broken, calls("pay", amount=21), before=[ToolRetryMiddleware(max_retries=1, initial_delay=0, jitter=False)])
    assert entered == [21, 21]
    decisions = [record for record in server.records()[before:] if record.get("tool_name") == "pay"]
    assert len({record["decision_id"] for record in decisions}) == 2


@BOTH
def test_arguments_changed_by_an_outer_middleware_are_what_is_decided(client, tools, path):
    class Raise(AgentMiddleware):
        def wrap_tool_call(self, request, handler):
            return handler(request.override(tool_call={**request.tool_call, "args": {"amount": 60000}}))

        async def awrap_tool_call(self, request, handler):
            return await handler(request.override(tool_call={**request.tool_call, "args": {"amount": 60000}}))

    [answer] = answers(drive(path, client, tools, calls("pay", amount=1), before=[Raise()]))
    assert "amount_exceeded" in answer.content
    assert tools.entered == []


THREAD = {"configurable": {"thread_id": "t-1"}}


@EVERY
def test_approval_interrupts_and_the_token_resumes(server, client, tools, path, large):
    options = {"checkpointer": InMemorySaver(), "config": THREAD}
    asynchronous = path.startswith("a")
    graph = agent(client, tools.asynchronous if asynchronous else tools.sync, calls("pay", amount=large), checkpointer=InMemorySaver())
    out = drive(path, client, tools, graph=graph, config=THREAD)
    [stop] = out["__interrupt__"]
    [asked] = stop.value["approvals"]
    assert (stop.value["kind"], asked["tool"], asked["tool_call_id"]) == ("aegis.approval", "pay", "call-1")
    assert tools.entered == []
    assert options

    # Resumed before anybody has decided, it waits on.
    out = drive(path, client, tools, graph=graph, config=THREAD, go=Command(resume=True))
    assert out["__interrupt__"][0].value["approvals"][0]["approval_id"] == asked["approval_id"]
    assert tools.entered == []

    server.approve(asked["approval_id"], "maria", "treasurer")
    # An answer that is no approval does not run the tool, although it is approved by now.
    token = client.approval(asked["approval_id"]).override_token
    out = drive(path, client, tools, graph=graph, config=THREAD, go=Command(resume=token))
    assert [message.content for message in answers(out)] == [f"paid {large}"]
    assert tools.entered == [(large, "")]


@BOTH
@pytest.mark.parametrize("answer", [False, {"approved": True}, "eyJmb3JnZWQ", 7], ids=str)
def test_an_answer_that_is_no_approval_does_not_enter_the_body(server, client, tools, path, large, answer):
    graph = agent(client, tools.asynchronous if path[0] == "a" else tools.sync, calls("pay", amount=large), checkpointer=InMemorySaver())
    [stop] = drive(path, client, tools, graph=graph, config=THREAD)["__interrupt__"]
    server.approve(stop.value["approvals"][0]["approval_id"], "maria", "treasurer")
    out = drive(path, client, tools, graph=graph, config=THREAD, go=Command(resume=answer))
    assert tools.entered == []
    assert [message.status for message in answers(out)] == ["error"]


@BOTH
def test_resume_when_approved_waits_for_people(server, client, tools, path, large):
    graph = agent(client, tools.asynchronous if path[0] == "a" else tools.sync, calls("pay", amount=large), checkpointer=InMemorySaver())
    out = drive(path, client, tools, graph=graph, config=THREAD)
    assert resume_when_approved(client, out, 0) is None
    server.approve(out["__interrupt__"][0].value["approvals"][0]["approval_id"], "maria", "treasurer")
    go = resume_when_approved(client, out, 5) if path == "invoke" else asyncio.run(aresume_when_approved(client, out, 5))
    drive(path, client, tools, graph=graph, config=THREAD, go=go)
    assert tools.entered == [(large, "")]


@BOTH
def test_a_refused_approval_tells_the_model(server, client, tools, path, large):
    graph = agent(client, tools.asynchronous if path[0] == "a" else tools.sync, calls("pay", amount=large), checkpointer=InMemorySaver())
    out = drive(path, client, tools, graph=graph, config=THREAD)
    server.deny(out["__interrupt__"][0].value["approvals"][0]["approval_id"], "maria", "treasurer")
    out = drive(path, client, tools, graph=graph, config=THREAD, go=resume_when_approved(client, out, 5))
    [answer] = answers(out)
    assert "approval_denied" in answer.content
    assert tools.entered == []


@BOTH
def test_arguments_changed_while_it_waited_do_not_run_on_the_old_approval(server, client, tools, path, large):
    graph = agent(client, tools.asynchronous if path[0] == "a" else tools.sync, calls("pay", amount=large), checkpointer=InMemorySaver())
    out = drive(path, client, tools, graph=graph, config=THREAD)
    asked = out["__interrupt__"][0].value["approvals"][0]
    server.approve(asked["approval_id"], "maria", "treasurer")
    token = client.approval(asked["approval_id"]).override_token
    changed = (
        graph.get_state(THREAD)
        .values["messages"][-1]
        .model_copy(update={"tool_calls": [{"name": "pay", "args": {"amount": large + 10000}, "id": "call-1", "type": "tool_call"}]})
    )
    graph.update_state(THREAD, {"messages": [changed]}, as_node="model")
    out = drive(path, client, tools, graph=graph, config=THREAD, go=None)
    assert tools.entered == []
    if "__interrupt__" in out:
        out = drive(path, client, tools, graph=graph, config=THREAD, go=Command(resume=token))
    assert tools.entered == []


@BOTH
def test_parallel_approvals_each_run_once(server, client, tools, path, large):
    both = AIMessage("", tool_calls=[{"name": "pay", "args": {"amount": a, "note": "x"}, "id": f"c{a}"} for a in (5, large, large + 20000)])
    graph = agent(client, tools.asynchronous if path[0] == "a" else tools.sync, both, checkpointer=InMemorySaver())
    out = drive(path, client, tools, graph=graph, config=THREAD)
    asked = [stop.value["approvals"][0]["approval_id"] for stop in out["__interrupt__"]]
    assert len(asked) == 2
    server.approve(asked[0], "maria", "treasurer")
    server.approve(asked[1], "maria", "treasurer")
    out = drive(path, client, tools, graph=graph, config=THREAD, go=resume_when_approved(client, out, 5))
    assert sorted(tools.entered) == [(5, "x"), (large, "x"), (large + 20000, "x")]
    assert [message.status for message in answers(out)] == ["success"] * 3


@BOTH
def test_without_a_checkpointer_the_model_is_told_to_wait(client, tools, path, large):
    [answer] = answers(drive(path, client, tools, calls("pay", amount=large), config=THREAD))
    assert "waits for approval" in answer.content
    assert answer.artifact["aegis"]["approval_id"].startswith("apr_")
    assert tools.entered == []


@BOTH
def test_the_thread_is_the_session(server, client, tools, path):
    drive(path, client, tools, calls("pay", amount=31), config={"configurable": {"thread_id": f"t-{path}"}}, checkpointer=InMemorySaver())
    record = [record for record in server.records() if record["kind"] == "decision"][-1]
    assert (record["tool_name"], record["session_id"]) == ("pay", f"t-{path}")


def test_a_run_that_is_stopped_does_not_enter_the_body(client, tools):
    with pytest.raises(GraphRecursionError):
        drive("invoke", client, tools, calls("pay", amount=60000), calls("pay", amount=60000), config={"recursion_limit": 3})
    assert tools.entered == []

"""What a tool said passes through Aegis where policy says so; the next agent calls under a signed chain."""

from __future__ import annotations

import asyncio
import base64
import json

import pytest
from langchain.agents import create_agent
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool

import aegis
from aegis.langchain import AegisMiddleware
from aegis.testing import RecordedDecisions, allow, deny
from aegis.testing.langchain import ScriptedModel, calls
from conftest import binary
from test_faults import ALLOW, Misbehaving, http

BOTH = pytest.mark.parametrize("path", ["sync", "async"])


def lookup(client, path, **options):
    ran = []

    def plain(name):
        ran.append(name)
        return {"ssn": "536-22-1457", "name": name}

    async def coroutine(name):
        return plain(name)

    async def main():
        async with client:
            return await client.guarded("lookup", **options)(coroutine)("ann")

    try:
        found = client.guarded("lookup", **options)(plain)("ann") if path == "sync" else asyncio.run(main())
    except aegis.AegisError as fault:
        found = fault
    return ran, found


@BOTH
@pytest.mark.parametrize(
    ("decision", "results", "asked"),
    [(allow(), "policy", 0), (allow(check_result=True), "policy", 1), (allow(), "always", 1), (allow(check_result=True), "never", 0)],
)
def test_results_pass_through_aegis_when_policy_says_so(path, decision, results, asked):
    answer = {"decision": "sanitize", "result": {"ssn": "[REDACTED:us_ssn]", "name": "ann"}, "redactions": []}
    recorded = RecordedDecisions({"lookup": decision}, results={"lookup": answer})
    ran, found = lookup(recorded.client(), path, results=results)
    sent = [request.body for request in recorded.asked if request.path == "/v1/results"]
    assert ran == ["ann"]
    assert len(sent) == asked
    assert found["ssn"] == ("[REDACTED:us_ssn]" if asked else "536-22-1457")
    if sent:
        result = {"ssn": "536-22-1457", "name": "ann"}
        assert sent[0] == {"decision_id": "recorded-1", "tool": {"name": "lookup"}, "parameters": {"name": "ann"}, "result": result}


@BOTH
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (http(404, b"Not Found"), "could not be checked"),
        (http(500, b"{}"), "could not be checked"),
        (http(200, b"{}"), "could not be checked"),
        (http(200, {"decision": "allow"}), "`answer` has no result"),
        (http(200, {"decision": "deny", "decision_reason": {"code": "policy_deny", "message": "secrets in it"}}), "secrets in it"),
        (None, "could not be checked"),
    ],
)
def test_a_result_that_cannot_be_checked_is_withheld(path, answer, words):
    with Misbehaving(http(200, {**ALLOW, "tool_name": "lookup", "check_result": True}), answer) as server:
        ran, found = lookup(aegis.Aegis(server.url, "aegis_k", "finance-agent", timeout=20, retries=0), path)
    assert ran == ["ann"]
    assert isinstance(found, aegis.ResultWithheld)
    assert words in str(found)
    assert "536-22-1457" not in found.for_model
    assert found.for_model.endswith("The call was made: do not make it again. Its result is not shown.")


@BOTH
def test_a_result_without_json_form_is_withheld(path):
    recorded = RecordedDecisions({"lookup": allow(check_result=True)})
    client = recorded.client()

    async def coroutine():
        return object()

    async def main():
        async with client:
            return await client.guarded("lookup")(coroutine)()

    with pytest.raises(aegis.ResultWithheld, match=r"`lookup` is withheld: `\$` is a builtins.object"):
        client.guarded("lookup")(object)() if path == "sync" else asyncio.run(main())


@BOTH
def test_a_result_is_handed_in_with_the_session_and_the_chain_of_its_call(path):
    chain = chain_for("finance-agent", session_id="s-1")
    answer = {"decision": "allow", "result": 1}
    recorded = RecordedDecisions(
        {"lookup": allow(check_result=True)}, results={"lookup": answer}, delegations={"ledger": chain_for("ledger")}
    )
    client = recorded.client("finance-agent")

    async def body():
        async with client, client.guard("lookup") as call:
            with await client.adelegate("ledger"):
                return await call.aresult(1)

    with aegis.incoming({"x-aegis-delegation": chain, "x-aegis-session": "s-1"}):
        if path == "sync":
            with client.guard("lookup") as call, client.delegate("ledger"):
                call.result(1)
        else:
            asyncio.run(body())
    (sent,) = (asked.body for asked in recorded.asked if asked.path == "/v1/results")
    assert (sent["session_id"], sent["delegation"]) == ("s-1", chain)


@BOTH
def test_results_of_langchain_tools(path):
    @tool
    def lookup(name: str) -> str:
        """Looks up."""
        return "536-22-1457"

    recorded = RecordedDecisions(
        {"lookup": [allow(check_result=True), allow(check_result=True)]},
        results={"lookup": {"decision": "sanitize", "result": "[REDACTED:us_ssn]"}},
    )
    agent = create_agent(ScriptedModel(script=[calls("lookup", name="ann")]), [lookup], middleware=[AegisMiddleware(recorded.client())])

    async def astep():
        return [
            chunk async for chunk in agent.astream({"messages": [HumanMessage("go")]}, stream_mode="updates", interrupt_after=["tools"])
        ]

    go = {"messages": [HumanMessage("go")]}
    steps = list(agent.stream(go, stream_mode="updates", interrupt_after=["tools"])) if path == "sync" else asyncio.run(astep())
    said = [m.content for s in steps for m in s.get("tools", {}).get("messages", []) if isinstance(m, ToolMessage)]
    assert said == ["[REDACTED:us_ssn]"]


def chain_for(agent, **more):
    claims = base64.urlsafe_b64encode(json.dumps({"may_act": {"sub": agent}, **more}).encode()).decode().rstrip("=")
    return f"e30.{claims}.c2ln"


@BOTH
def test_the_chain_travels_with_the_task_and_only_with_its_agent(path):
    chain = chain_for("finance-agent")
    recorded = RecordedDecisions({"pay": allow()}, delegations={"finance-agent": chain})
    planner, finance = recorded.client("planner"), recorded.client("finance-agent")

    def work():
        finance.decide("pay")
        planner.decide("pay")

    async def main():
        async with planner, finance:
            with await planner.adelegate("finance-agent"):
                await asyncio.create_task(finance.adecide("pay"))
                await planner.adecide("pay")

    with aegis.session("s-1"):
        if path == "sync":
            with planner.delegate("finance-agent") as delegation:
                work()
            assert delegation.headers() == {"x-aegis-delegation": chain}
            assert chain not in repr(delegation)
        else:
            asyncio.run(main())
        finance.decide("pay")
    minted, inside, planners, outside = (asked.body for asked in recorded.asked)
    assert minted == {"to": "finance-agent", "agent": {"id": "planner"}, "session_id": "s-1"}
    assert [body.get("delegation") for body in (inside, planners, outside)] == [chain, None, None]


def test_a_chain_that_came_over_http_is_the_agents_own():
    chain = chain_for("finance-agent")
    recorded = RecordedDecisions({"pay": allow()}, delegations={"ledger-agent": "later"})
    with aegis.incoming({"x-aegis-delegation": chain, "x-aegis-session": "s-1"}):
        recorded.client("finance-agent").decide("pay")
        recorded.client("other").decide("pay")
        recorded.client("finance-agent").delegate("ledger-agent")
        assert aegis.outgoing()["x-aegis-delegation"] == chain
    finance, other, onward = (asked.body for asked in recorded.asked)
    assert (finance["delegation"], finance["session_id"], other.get("delegation")) == (chain, "s-1", None)
    assert onward["delegation"] == chain


def test_a_chain_belongs_to_a_session_and_brings_it_along():
    chain = chain_for("finance-agent", session_id="s-of-chain")
    recorded = RecordedDecisions({"pay": allow()}, delegations={"finance-agent": chain})
    with recorded.client("planner").delegate("finance-agent") as delegation:
        recorded.client("finance-agent").decide("pay")
        assert aegis.outgoing() == delegation.headers() == {"x-aegis-delegation": chain, "x-aegis-session": "s-of-chain"}
    recorded.client("finance-agent").decide("pay")
    minted, inside, outside = (asked.body for asked in recorded.asked)
    assert minted["session_id"].startswith("s-"), "a new one, where none is set"
    assert (inside["session_id"], outside.get("session_id")) == ("s-of-chain", None)


@pytest.mark.parametrize("token", ["", "e30", "e30.%%%.c2ln", "e30.W10.c2ln", "e30.bnVsbA.c2ln"])
def test_a_chain_that_cannot_be_read_names_nobody_and_no_session(token):
    assert aegis.Delegation(token).session is None
    assert aegis.Delegation(token or "x").headers() == {"x-aegis-delegation": token or "x"}


def test_the_chain_of_an_agent_behind_a_tool():
    recorded = RecordedDecisions({"ask-finance": allow(delegation=chain_for("finance-agent")), "pay": allow()})
    with recorded.client("planner").guard("ask-finance") as call, call.delegation:
        recorded.client("finance-agent").decide("pay")
    assert recorded.questions("pay")[0].body["delegation"] == chain_for("finance-agent")


def test_a_delegation_that_is_denied():
    with Misbehaving(http(200, {**ALLOW, **deny("caller_not_allowed", "accepts no calls")})) as server:
        client = aegis.Aegis(server.url, "aegis_k", "stranger")
        with pytest.raises(aegis.Denied, match="Aegis denied `delegation to finance-agent`: accepts no calls"):
            client.delegate("finance-agent")


def test_a_forged_chain_is_denied(server, client):
    with (
        aegis.incoming({"x-aegis-delegation": chain_for(client.agent)}),
        pytest.raises(aegis.ChainInvalid),
        client.guard("pay", {"amount": 5}),
    ):
        pass


def test_a_real_chain(server):
    planner = server.client("planner", "planner-1")
    finance = server.client("finance-agent", "finance-1")
    with planner.delegate("finance-agent"):
        finance.decide("pay", {"amount": 41})
    finance.decide("pay", {"amount": 42})
    chains = [record.get("call_chain") for record in server.records() if record.get("tool_name") == "pay"][-2:]
    assert "planner" in json.dumps(chains[0])
    assert "planner" not in json.dumps(chains[1])
    with pytest.raises(aegis.Denied, match="caller_not_allowed"):
        server.client("stranger", "stranger-1").delegate("finance-agent")


RESULTS = """
aegis: v1
kind: Agent
name: finance-agent
identities: [{api_key: finance-1}]
scopes: ["*"]
---
aegis: v1
kind: Tool
name: lookup
parameters: {type: object, required: [name], properties: {name: {type: string}}}
---
aegis: v1
kind: Policy
name: lookups
agents: [finance-agent]
tools: [lookup]
effect: allow
sanitize: [{detectors: [us_ssn], on: result, action: redact}]
"""


@pytest.fixture(scope="module")
def results_server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    (folder / "policies.yaml").write_text(RESULTS)
    try:
        with aegis.testing.AegisServer(folder, binary=binary(), keys=["finance-1"]) as server:
            yield server
    except aegis.testing.ServerFailed as fault:
        if "has no field `on`" not in str(fault):
            raise
        pytest.skip("this aegis binary has no policies about results yet")


@BOTH
def test_a_real_result_is_redacted(results_server, path):
    ran, found = lookup(results_server.client("finance-agent", "finance-1"), path, results="always")
    assert (ran, found) == (["ann"], {"ssn": "[REDACTED:us_ssn]", "name": "ann"})


@BOTH
def test_the_policy_asks_for_the_result(results_server, path):
    client = results_server.client("finance-agent", "finance-1")
    if "check_result" not in client.decide("lookup", {"name": "ann"}).raw:
        pytest.skip("this aegis binary does not say `check_result` yet")
    ran, found = lookup(client, path)
    assert (ran, found) == (["ann"], {"ssn": "[REDACTED:us_ssn]", "name": "ann"})

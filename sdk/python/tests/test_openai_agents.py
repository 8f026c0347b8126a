"""`ToolGate` with the real OpenAI Agents SDK and a scripted model: nothing runs that Aegis did not permit."""

from __future__ import annotations

import asyncio
import json

import pytest
from agents import (
    Agent,
    RunConfig,
    Runner,
    RunState,
    ToolExecutionConfig,
    WebSearchTool,
    function_tool,
    set_tracing_disabled,
)
from agents.testing import ScriptedModel, assistant_message, function_call

import aegis
from aegis.openai_agents import ToolGate

set_tracing_disabled(True)
DONE = [assistant_message("done")]


class Tools:
    def __init__(self):
        self.entered = []

        @function_tool(name_override="pay")
        def pay(amount: float, note: str = "") -> str:
            """Pays."""
            self.entered.append((amount, note))
            return f"paid {amount:g}"

        @function_tool(name_override="pay")
        async def apay(amount: float, note: str = "") -> str:
            """Pays."""
            self.entered.append((amount, note))
            return f"paid {amount:g}"

        self.sync, self.asynchronous = pay, apay


@pytest.fixture
def tools():
    return Tools()


def call(call_id="call-1", arguments=None, **more):
    return function_call("pay", arguments if arguments is not None else json.dumps({"note": "", **more}), call_id=call_id)


def agent(gate, tool, *turns):
    return Agent(name="fin", tools=gate.guard([tool]), model=ScriptedModel([*turns, DONE]))


def outputs(result):
    return [item.output for item in result.new_items if item.type == "tool_call_output_item"]


async def drive(how, agent, go="go", **options):
    if how == "run":
        return await Runner.run(agent, go, **options)
    result = Runner.run_streamed(agent, go, **options)
    async for _ in result.stream_events():
        pass
    return result


HOW = pytest.mark.parametrize("how", ["run", "stream"])
KIND = pytest.mark.parametrize("kind", ["sync", "asynchronous"])
PRE = RunConfig(tool_execution=ToolExecutionConfig(pre_approval_tool_input_guardrails=True))


@HOW
@KIND
def test_allowed_denied_and_rewritten(client, tools, how, kind):
    async def main():
        fin = agent(
            ToolGate(client),
            getattr(tools, kind),
            [call(amount=5)],
            [call("c2", amount=60000)],
            [call("c3", amount=6, note="ssn 536-22-1457")],
        )
        async with client:
            return await drive(how, fin)

    said = outputs(asyncio.run(main()))
    assert tools.entered == [(5, ""), (6, "ssn [REDACTED:us_ssn]")]
    assert (said[0], said[2]) == ("paid 5", "paid 6")
    assert "Aegis denied `pay`: the amount is above 50000" in said[1]


@HOW
def test_the_guardrail_puts_the_refusal_into_the_record(client, tools, how):
    async def main():
        async with client:
            return await drive(how, agent(ToolGate(client), tools.sync, [call(amount=60000)]))

    result = asyncio.run(main())
    [found] = [item.output for item in result.tool_input_guardrail_results if item.guardrail.get_name() == "aegis"]
    assert found.output_info["error"] == "Denied"
    assert found.output_info["reason"] == "amount_exceeded"
    assert tools.entered == []


@HOW
def test_parallel_calls(client, tools, how):
    async def main():
        async with client:
            return await drive(
                how, agent(ToolGate(client), tools.sync, [call("a", amount=5), call("b", amount=60000), call("c", amount=7)])
            )

    said = outputs(asyncio.run(main()))
    assert sorted(tools.entered) == [(5, ""), (7, "")]
    assert [text.startswith("paid") for text in said] == [True, False, True]


@HOW
def test_one_call_is_decided_once(server, client, tools, how):
    async def main():
        async with client:
            await drive(how, agent(ToolGate(client), tools.sync, [call("c1", amount=5)], [call("c2", amount=5)]))

    before = len(server.records())
    asyncio.run(main())
    decisions = [record["decision_id"] for record in server.records()[before:] if record.get("tool_name") == "pay"]
    assert tools.entered == [(5, ""), (5, "")]
    assert len(decisions) == len(set(decisions)) == 2


@HOW
@KIND
@pytest.mark.parametrize("pre", [False, True])
def test_approval_interrupts_and_survives_a_restart(server, client, tools, how, kind, pre, large):
    options = {"run_config": PRE} if pre else {}

    async def main():
        async with client:
            fin = agent(ToolGate(client), getattr(tools, kind), [call("a", amount=5), call("b", amount=large)])
            result = await drive(how, fin, **options)
            [item] = result.interruptions
            assert item.name == "pay"
            entered = [list(tools.entered)]
            decision = client.decide("pay", {"amount": large, "note": ""})
            # The operator agrees, the treasurer has not: the tool stays out.
            gate = ToolGate(client)
            again = agent(gate, getattr(tools, kind))
            state = await RunState.from_string(again, result.to_state().to_string())
            state.approve(state.get_interruptions()[0])
            early = await drive(how, again, state, **options)
            entered.append(list(tools.entered))
            server.approve(decision.approval.approval_id, "maria", "treasurer")
            # Another restart, and now both have agreed.
            third = agent(ToolGate(client), getattr(tools, kind))
            state = await RunState.from_string(third, result.to_state().to_string())
            state.approve(state.get_interruptions()[0])
            late = await drive(how, third, state, **options)
            return entered, outputs(early), outputs(late)

    entered, early, late = asyncio.run(main())
    assert entered[0] in ([], [(5, "")])
    assert (large, "") not in entered[1]
    assert "waits for approval" in early[-1]
    assert late[-1] == f"paid {large}"
    assert tools.entered.count((large, "")) == 1


@HOW
@pytest.mark.parametrize("verdict", ["approve", "deny"])
def test_resume_brings_the_verdict_of_aegis(server, client, tools, how, verdict, large):
    async def main():
        async with client:
            gate = ToolGate(client)
            fin = agent(gate, tools.sync, [call(amount=large)])
            result = await drive(how, fin)
            assert len((await gate.resume(result, 0)).get_interruptions()) == 1
            decision = client.decide("pay", {"amount": large, "note": ""})
            getattr(server, verdict)(decision.approval.approval_id, "maria", "treasurer")
            return await drive(how, fin, await gate.resume(result, 5))

    said = outputs(asyncio.run(main()))
    if verdict == "approve":
        assert (said, tools.entered) == ([f"paid {large}"], [(large, "")])
    else:
        assert "approval_denied" in said[0]
        assert tools.entered == []


@HOW
def test_a_rejection_by_the_operator_stands_although_aegis_approved(server, client, tools, how, large):
    async def main():
        async with client:
            fin = agent(ToolGate(client), tools.sync, [call(amount=large)])
            result = await drive(how, fin)
            server.approve(client.decide("pay", {"amount": large, "note": ""}).approval.approval_id, "maria", "treasurer")
            state = result.to_state()
            state.reject(result.interruptions[0], rejection_message="Rejected by bob")
            return await drive(how, fin, state)

    assert outputs(asyncio.run(main())) == ["Rejected by bob"]
    assert tools.entered == []


@HOW
@pytest.mark.parametrize("arguments", ['{"amount": 1, "amount": 9000}', "{", "[1]", '{"amount": NaN}', '{"amount": "6,000"}', ""])
def test_arguments_that_cannot_be_read_in_one_way(client, tools, how, arguments):
    async def main():
        async with client:
            gate = ToolGate(client)
            fin = agent(gate, tools.sync, [call(arguments=arguments)])
            result = await drive(how, fin)
            if result.interruptions:  # the SDK itself asks the operator about arguments that are no JSON object
                state = result.to_state()
                state.approve(result.interruptions[0])
                result = await drive(how, fin, state)
            return result

    said = outputs(asyncio.run(main()))
    assert tools.entered == []
    assert said


@HOW
def test_aegis_down(tools, how):
    down = aegis.Aegis("http://127.0.0.1:9", "aegis_k", "finance-agent", timeout=0.2)
    said = outputs(asyncio.run(drive(how, agent(ToolGate(down), tools.sync, [call(amount=5)]))))
    assert "did not decide on `pay`" in said[0]
    assert tools.entered == []


@HOW
def test_refusals_can_end_the_run(client, tools, how):
    async def main():
        async with client:
            await drive(how, agent(ToolGate(client, on_denied="raise"), tools.sync, [call(amount=60000)]))

    with pytest.raises(Exception, match="Aegis denied `pay`"):
        asyncio.run(main())
    assert tools.entered == []


def test_run_sync(client, tools):
    assert "amount_exceeded" in outputs(Runner.run_sync(agent(ToolGate(client), tools.sync, [call(amount=60000)]), "go"))[0]
    assert tools.entered == []


def test_a_tool_that_raises_is_told_as_ever(client):
    @function_tool(name_override="pay")
    def broken(amount: float, note: str = "") -> str:
        """Pays."""
        raise KeyError("bank")

    async def main():
        async with client:
            return await Runner.run(agent(ToolGate(client), broken, [call(amount=5)]), "go")

    assert "error" in outputs(asyncio.run(main()))[0].lower()


def test_the_tools_own_wish_for_approval_stays(client):
    @function_tool(name_override="pay", needs_approval=True)
    def careful(amount: float, note: str = "") -> str:
        """Pays."""
        return "paid"

    async def main():
        async with client:
            return await Runner.run(agent(ToolGate(client), careful, [call(amount=5)]), "go")

    assert len(asyncio.run(main()).interruptions) == 1


def test_tools_that_run_elsewhere_are_refused(client, tools):
    with pytest.raises(aegis.ConfigurationError, match="`web_search` is a WebSearchTool, whose calls do not pass through this program"):
        ToolGate(client).guard([tools.sync, WebSearchTool()])
    assert len(ToolGate(client).guard([tools.sync, WebSearchTool()], unguarded=["web_search"])) == 2

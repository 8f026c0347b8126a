"""`guard_session` with the real MCP SDK: a client in front of a real server in the same process."""

from __future__ import annotations

import asyncio
import json

import pytest
from agents import Agent, Runner, set_tracing_disabled
from agents.mcp import MCPServer as AgentsServer
from agents.testing import ScriptedModel, assistant_message, function_call
from mcp import Client
from mcp.server.mcpserver import MCPServer

import aegis
from aegis.mcp import guard_session

BOTH = pytest.mark.parametrize("held", ["client", "session"])


class Bank:
    def __init__(self):
        self.entered = []
        self.server = MCPServer("bank")

        @self.server.tool()
        def transfer(amount: float, note: str = "") -> str:
            """Pays."""
            self.entered.append((amount, note))
            return f"paid {amount:g}"

        @self.server.tool()
        def broken(amount: float) -> str:
            """Breaks."""
            raise KeyError("bank")


@pytest.fixture
def bank():
    return Bank()


def talk(bank, client, held, conversation, **options):
    async def main():
        async with client, Client(bank.server) as outer:
            target = outer if held == "client" else outer.session
            guarded = guard_session(target, client, server="payments", **options)
            assert guarded is target
            return await conversation(guarded)

    return asyncio.run(main())


@BOTH
def test_allowed_denied_and_rewritten(client, bank, held):
    async def conversation(session):
        return [
            await session.call_tool("transfer", {"amount": 5}),
            await session.call_tool("transfer", {"amount": 60000}),
            await session.call_tool("transfer", arguments={"amount": 6, "note": "ssn 536-22-1457"}),
        ]

    allowed, denied, rewritten = talk(bank, client, held, conversation)
    assert bank.entered == [(5, ""), (6, "ssn [REDACTED:us_ssn]")]
    assert (allowed.is_error, allowed.content[0].text) == (False, "paid 5")
    assert denied.is_error
    assert "Aegis denied `payments.transfer`: the amount is above 50000" in denied.content[0].text
    assert not rewritten.is_error


@BOTH
def test_parallel_calls(client, bank, held):
    async def conversation(session):
        return await asyncio.gather(*(session.call_tool("transfer", {"amount": amount}) for amount in (1, 60000, 2, 70000)))

    assert [result.is_error for result in talk(bank, client, held, conversation)] == [False, True, False, True]
    assert sorted(bank.entered) == [(1, ""), (2, "")]


@BOTH
def test_approval(server, client, bank, held, large):
    async def conversation(session):
        pending = await session.call_tool("transfer", {"amount": large})
        server.approve((await client.adecide("payments.transfer", {"amount": large})).approval.approval_id, "maria", "treasurer")
        return pending, await session.call_tool("transfer", {"amount": large}), await session.call_tool("transfer", {"amount": large})

    pending, approved, again = talk(bank, client, held, conversation)
    assert "waits for approval" in pending.content[0].text
    assert (pending.is_error, approved.is_error, again.is_error) == (True, False, True)
    assert bank.entered == [(large, "")]


@BOTH
@pytest.mark.parametrize("arguments", [{"amount": float("nan")}, {"amount": "6,000"}, {"amount": object()}, None], ids=str)
def test_bad_arguments(client, bank, held, arguments):
    result = talk(bank, client, held, lambda session: session.call_tool("transfer", arguments))
    assert result.is_error
    assert bank.entered == []


@BOTH
def test_refusals_can_be_raised(client, bank, held):
    with pytest.raises(BaseException) as caught:
        talk(bank, client, held, lambda session: session.call_tool("transfer", {"amount": 60000}), on_denied="raise")
    assert "Aegis denied" in repr(caught.value)
    assert bank.entered == []


@BOTH
def test_names_in_policy_and_a_tool_that_raises(client, bank, held):
    result = talk(bank, client, held, lambda session: session.call_tool("broken", {"amount": 5}), names={"broken": "pay"})
    assert result.is_error
    assert "Aegis" not in result.content[0].text


@BOTH
def test_aegis_down(bank, held):
    down = aegis.Aegis("http://127.0.0.1:9", "aegis_k", "finance-agent", timeout=0.2)
    result = talk(bank, down, held, lambda session: session.call_tool("transfer", {"amount": 5}))
    assert "did not decide on `payments.transfer`" in result.content[0].text
    assert bank.entered == []


def test_a_cancelled_call_does_not_arrive(client, bank):
    async def conversation(session):
        task = asyncio.create_task(session.call_tool("transfer", {"amount": 5}))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    talk(bank, client, "client", conversation)
    assert bank.entered == []


def test_the_result_can_be_checked(bank):
    redacted = {"content": [{"type": "text", "text": "[REDACTED]"}], "structuredContent": {"result": "[REDACTED]"}, "isError": False}
    recorded = aegis.testing.RecordedDecisions(
        {"payments.transfer": aegis.testing.allow(check_result=True)},
        results={"payments.transfer": {"decision": "sanitize", "result": redacted, "redactions": []}},
    )
    result = talk(bank, recorded.client(), "client", lambda session: session.call_tool("transfer", {"amount": 5}))
    assert result.content[0].text == "[REDACTED]"
    assert "paid" not in result.model_dump_json()
    assert "paid 5" in json.dumps([asked.body for asked in recorded.asked])


def test_a_session_is_guarded_once(client, bank):
    async def conversation(session):
        with pytest.raises(aegis.ConfigurationError, match="this session is guarded already"):
            guard_session(session, client)

    talk(bank, client, "client", conversation)
    with pytest.raises(aegis.ConfigurationError, match="a object has no asynchronous `call_tool`"):
        guard_session(object(), client)


def test_an_mcp_server_of_an_openai_agent(client, bank):
    set_tracing_disabled(True)

    class InProcess(AgentsServer):
        name = "bank"

        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        async def connect(self): ...

        async def cleanup(self): ...

        async def list_tools(self, run_context=None, agent=None):
            return (await self.inner.list_tools()).tools

        async def call_tool(self, tool_name, arguments, meta=None):
            return await self.inner.call_tool(tool_name, arguments)

        async def list_prompts(self): ...

        async def get_prompt(self, name, arguments=None): ...

    async def main():
        async with client, Client(bank.server) as inner:
            server = guard_session(InProcess(inner), client, server="payments")
            turns = [[function_call("transfer", {"amount": amount}, call_id=f"c{amount}")] for amount in (5, 60000)]
            model = ScriptedModel([*turns, [assistant_message("done")]])
            return await Runner.run(Agent(name="fin", model=model, mcp_servers=[server]), "go")

    said = [str(item.output) for item in asyncio.run(main()).new_items if item.type == "tool_call_output_item"]
    assert "paid 5" in said[0]
    assert "Aegis denied `payments.transfer`" in said[1]
    assert bank.entered == [(5, "")]

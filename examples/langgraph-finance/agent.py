"""A finance agent in LangGraph: it lists invoices and pays them. The model is scripted, so that it runs offline.

Everything about Aegis stands in the two lines of `build` that mention it.
"""

from typing import Annotated, TypedDict

from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.tools import tool
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.prebuilt import tools_condition

from aegis import Aegis
from aegis.langgraph import guarded_tool_node
from aegis.testing.langchain import ScriptedModel, calls

INVOICES = {
    "2026-101": {"amount": 1200, "to": "DE89370400440532013000", "memo": "toner"},
    "2026-102": {"amount": 850, "to": "FR1420041010050500013M02606", "memo": "questions: ann@acme.example"},
    "2026-103": {"amount": 7400, "to": "DE89370400440532013000", "memo": "servers"},
    "2026-104": {"amount": 64000, "to": "GB29NWBK60161331926819", "memo": "a yacht"},
}
PAID: list[str] = []


@tool
def list_invoices() -> str:
    """Lists the open invoices."""
    return "\n".join(f"{number}: {invoice['amount']} EUR" for number, invoice in INVOICES.items() if number not in PAID)


@tool
def pay_invoice(invoice: str, amount: float, to: str, memo: str = "") -> str:
    """Pays one invoice."""
    PAID.append(invoice)
    return f"paid {amount:g} EUR for {invoice}, memo: {memo}"


def pay(number: str) -> AIMessage:
    return calls("pay_invoice", call_id=f"pay-{number}", invoice=number, **INVOICES[number])


def pay_together(*numbers: str) -> AIMessage:
    return AIMessage("", tool_calls=[call for number in numbers for call in pay(number).tool_calls])


SCRIPT = [
    calls("list_invoices", call_id="list-1"),
    pay("2026-101"),
    pay_together("2026-102", "2026-103"),
    pay("2026-104"),
    AIMessage("Paid 2026-101, 2026-102 and 2026-103. 2026-104 is above what I may ever pay."),
]


class State(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


def build(aegis: Aegis, checkpointer: BaseCheckpointSaver):
    names = {"list_invoices": "invoices.list", "pay_invoice": "payments.transfer"}
    tools = guarded_tool_node([list_invoices, pay_invoice], aegis, guard={"names": names})
    model = ScriptedModel(script=SCRIPT)

    graph = StateGraph(State)
    graph.add_node("model", lambda state: {"messages": [model.invoke(state["messages"])]})
    graph.add_node("tools", tools)
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", tools_condition, {"tools": "tools", END: END})
    graph.add_edge("tools", "model")
    return graph.compile(checkpointer=checkpointer)

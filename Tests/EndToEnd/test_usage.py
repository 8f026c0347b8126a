"""What calls did cost, and when to come again: `POST /v1/usage` and `retry-after`, on a real gateway."""
import pytest

from conftest import exchange, written

POLICIES = """\
aegis: v1
kind: Agent
name: llm-agent
identities: [{api_key: llm-1}]
scopes: ["*"]
---
aegis: v1
kind: Tool
name: llm.complete
parameters: {type: object, required: [cost_usd, tokens], properties: {cost_usd: {type: number}, tokens: {type: number}}}
---
aegis: v1
kind: Tool
name: search.query
---
aegis: v1
kind: Tool
name: bulk.run
---
aegis: v1
kind: Policy
name: dollars
agents: [llm-agent]
tools: [llm.complete]
effect: allow
daily_budget: $20
cost: params.cost_usd
---
aegis: v1
kind: Policy
name: tokens
agents: [llm-agent]
tools: [llm.complete]
daily_budget: 1000000 XTS
cost: params.tokens
refund: never
---
aegis: v1
kind: Policy
name: slow
agents: [llm-agent]
tools: [search.query]
effect: allow
rps: 0.1
burst: 1
---
aegis: v1
kind: Policy
name: capped
agents: [llm-agent]
tools: [bulk.run]
effect: allow
daily_budget: $5
cost: 3
"""


@pytest.fixture(scope="module")
def metered(tmp_path_factory):
    gateway = written(tmp_path_factory.mktemp("metered"), POLICIES, "llm-1")
    yield gateway.start()
    gateway.stop()


def call(gateway, tool, **parameters):
    return gateway.decide("llm-1", "llm-agent", tool, parameters)


def report(gateway, decision_id, **what):
    status, _, answer = exchange(gateway.api, "POST", "/v1/usage", {"decision_id": decision_id, **what},
                                 {"x-aegis-api-key": gateway.keys["llm-1"]})
    return status, answer


def test_each_currency_is_settled_by_itself_and_a_policy_may_keep_what_it_reserved(metered):
    answer = call(metered, "llm.complete", cost_usd=5, tokens=3000)[2]
    assert (answer["decision"], answer["limits"]["budget_remaining"]) == ("allow", "15.00 USD"), "the smaller share"
    spent = answer["decision_id"]
    status, problem = report(metered, spent, cost=2)
    assert (status, problem["code"]) == (400, "request_invalid")
    assert problem["detail"] == "the call is charged in USD and XTS: say in `currency` which of them `cost` is, and report each"
    status, problem = report(metered, spent, cost=2, currency="EUR")
    assert (status, problem["detail"]) == (400, "`currency`: the call is charged in USD and XTS")
    assert report(metered, spent, cost=2, currency="USD") == (200, {"decision_id": spent, "status": "settled", "difference": "3.00"})
    assert report(metered, spent, cost=2, currency="USD")[1]["status"] == "already_settled"
    assert report(metered, spent, cost=10, currency="XTS")[1] == {"decision_id": spent, "status": "settled", "difference": "0.00"}
    assert call(metered, "llm.complete", cost_usd=0, tokens=0)[2]["limits"]["budget_remaining"] == "18.00 USD"
    events = [record["detail"] for record in metered.records() if record["kind"] == "budget" and record["decision_id"] == spent]
    assert events == [
        {"cost": "2.00", "currency": "USD", "event": "settled", "returned": "3.00"},
        {"cost": "10.00", "currency": "XTS", "event": "settled", "returned": "0.00", "withheld": "2990.00"}]


def test_what_comes_too_fast_or_costs_too_much_is_told_when_to_come_again(metered):
    status, headers, answer = call(metered, "search.query")
    assert (answer["decision"], headers.get("retry-after")) == ("allow", None)
    status, headers, answer = call(metered, "search.query")
    assert (status, answer["decision_reason"]["code"]) == (200, "rate_exceeded")
    seconds = answer["limits"]["retry_after_s"]
    assert headers["retry-after"] == str(seconds) and 1 <= seconds <= 10
    assert answer["decision_reason"]["message"] == (
        f"calls come faster than 0.1 a second (1 at once) per agent; try again in {seconds} s")
    assert call(metered, "bulk.run")[2]["decision"] == "allow"
    status, headers, answer = call(metered, "bulk.run")
    assert answer["decision_reason"]["code"] == "budget_exceeded"
    assert headers["retry-after"] == str(answer["limits"]["retry_after_s"]), "until the day ends"


def test_a_repeated_answer_is_of_the_policies_in_force(metered):
    # Last: it changes the policies.
    keyed = {"idempotency_key": "k-1"}
    first = metered.decide("llm-1", "llm-agent", "llm.complete", {"cost_usd": 1, "tokens": 1}, **keyed)[2]
    again = metered.decide("llm-1", "llm-agent", "llm.complete", {"cost_usd": 1, "tokens": 1}, **keyed)[2]
    assert (first["decision"], again["decision_id"]) == ("allow", first["decision_id"])
    (metered.policies / "policies.yaml").write_text(POLICIES.replace("tools: [llm.complete]\neffect: allow", "tools: [llm.complete]\neffect: deny"))
    metered.build(2)
    key = {"x-aegis-api-key": metered.keys["llm-1"]}
    metered.wait(lambda: exchange(metered.api, "POST", "/v1/decisions", {"tool": {"name": "llm.complete"}, "parameters": {"cost_usd": 0, "tokens": 0}},
                                  key)[2]["decision"] == "deny")
    denied = metered.decide("llm-1", "llm-agent", "llm.complete", {"cost_usd": 1, "tokens": 1}, **keyed)[2]
    assert (denied["decision"], denied["decision_reason"]["code"]) == ("deny", "policy_deny"), denied
    assert metered.verify().returncode == 0

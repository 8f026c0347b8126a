"""kill -9 under load: after the restart the trail is whole, every answered decision is in it, and no budget was overspent."""
import decimal
import http.client
import json
import signal
import threading
import time

import pytest

from conftest import Gateway

WIRE = {"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"}
LLM = {"method": "POST", "host": "llm.acme.example", "path": "/v1/complete"}
CALLS_PER_CLIENT, CLIENTS = 400, 8


@pytest.mark.parametrize("moment", [0.15, 0.4, 0.9])
def test_killed_under_load_every_answer_is_in_the_trail(tmp_path, moment, request):
    gateway = Gateway(tmp_path)
    request.addfinalizer(gateway.stop)
    gateway.issue("finance-1")
    gateway.issue("llm-1")
    gateway.start()
    answered, spent = [], []

    def client(number):
        for call in range(CALLS_PER_CLIENT):
            try:
                if number % 2:
                    answer = gateway.decide("finance-1", "finance-agent", "payments.transfer",
                                            {"amount": 1 + call, "currency": "EUR", "to": "DE89370400440532013000"}, request=WIRE)[2]
                else:
                    answer = gateway.decide("llm-1", "llm-agent", "llm.complete", {"prompt": "p", "cost_usd": 3}, request=LLM)[2]
                    if answer.get("decision") == "allow":
                        spent.append(answer["decision_id"])
                answered.append(answer["decision_id"])
            except (OSError, ValueError, KeyError):
                return  # the server is gone

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    gateway.wait(lambda: answered)
    time.sleep(moment)  # the moment of the crash is the parameter of this test
    gateway.stop(signal.SIGKILL)
    for thread in threads:
        thread.join()
    assert answered, "the load never got an answer"

    done = gateway.verify()
    assert done.returncode == 0, done.stdout + done.stderr
    gateway.start()
    recorded = {record["decision_id"] for record in gateway.records() if record["kind"] == "decision"}
    assert not set(answered) - recorded
    for _ in range(8):
        answer = gateway.decide("llm-1", "llm-agent", "llm.complete", {"prompt": "p", "cost_usd": 3}, request=LLM)[2]
        if answer["decision"] == "allow":
            spent.append(answer["decision_id"])
        time.sleep(0.25)  # below the rate of 5 a second, so that the budget alone decides
    assert len(spent) <= 6, "20 dollars hold six calls of 3"
    done = gateway.verify()
    assert done.returncode == 0, done.stdout + done.stderr


DOLLARS = """\
aegis: v1
kind: Agent
name: llm-agent
identities: [{api_key: llm-1}]
scopes: ["llm.*"]
---
aegis: v1
kind: Tool
name: llm.complete
parameters:
  type: object
  required: [cost_usd]
  properties: {cost_usd: {type: number}}
---
aegis: v1
kind: Policy
name: twenty-dollars
agents: [llm-agent]
tools: [llm.complete]
effect: allow
daily_budget: $20
total_budget: $20
cost: params.cost_usd
"""
TWENTY, MILLIONTH = decimal.Decimal(20), decimal.Decimal("0.000001")


def prices(number):
    """What the calls of one client cost: amounts that binary fractions cannot hold, some of them settled for less afterwards."""
    call = 0
    while True:
        call += 1
        yield decimal.Decimal(f"0.0{30 + (number * 7 + call * 3) % 23}{call % 10}01")


class Client(threading.Thread):
    """One caller with a connection of its own: it asks, settles every third call for a part of its price, and keeps what it was told."""

    def __init__(self, gateway, number, prices, tell):
        super().__init__()
        self.gateway, self.prices, self.tell, self.number = gateway, prices, tell, number
        self.answered, self.settled, self.refused = {}, {}, False

    def run(self):
        try:
            wire = http.client.HTTPConnection("127.0.0.1", self.gateway.api, timeout=30)
            headers = {"content-type": "application/json", "x-aegis-api-key": self.gateway.keys["llm-1"]}

            def post(path, body):
                wire.request("POST", path, body, headers)
                return json.loads(wire.getresponse().read())

            while not self.refused:
                price = next(self.prices)
                answer = post("/v1/decisions", '{"agent": {"id": "llm-agent"}, "tool": {"name": "llm.complete"}, '
                              f'"parameters": {{"cost_usd": {price}}}}}')
                self.answered[answer["decision_id"]] = (answer["decision"], price)
                self.refused = answer["decision"] == "deny"
                if self.refused and answer["decision_reason"]["code"] != "budget_exceeded":
                    raise AssertionError(answer)
                self.tell()
                if answer["decision"] == "allow" and len(self.answered) % 3 == 0:
                    paid = price - MILLIONTH * (int(price / MILLIONTH) // 3)
                    told = post("/v1/usage", json.dumps({"decision_id": answer["decision_id"], "cost": str(paid)}))
                    assert told["status"] == "settled", told
                    self.settled[answer["decision_id"]] = paid
        except (OSError, http.client.HTTPException, ValueError):
            return  # the server is gone


@pytest.fixture
def twenty(tmp_path):
    """A gateway whose agent has twenty dollars a day, and twenty in all."""
    policies = tmp_path / "policies"
    policies.mkdir()
    (policies / "policies.yaml").write_text(DOLLARS)
    gateway = Gateway(tmp_path, policies)
    gateway.issue("llm-1")
    yield gateway
    gateway.stop()


def test_sixty_four_callers_killed_again_and_again_spend_twenty_dollars_to_the_last_millionth(twenty):
    gateway = twenty
    answered, settled = {}, {}
    series = [prices(number) for number in range(64)]

    def load(kill_after=None):
        """64 callers until the budget refuses each of them, or the kill."""
        due, left, lock = threading.Event(), [kill_after or 0], threading.Lock()

        def tell():
            with lock:
                left[0] -= 1
                if left[0] == 0:
                    due.set()

        clients = [Client(gateway, number, series[number], tell) for number in range(64)]
        for client in clients:
            client.start()
        if kill_after:
            assert due.wait(60), "the load never got its answers"
            gateway.stop(signal.SIGKILL)
        for client in clients:
            client.join()
            answered.update(client.answered)
            settled.update(client.settled)
        return clients

    for kill_after in (70, 120, 100, 80):
        gateway.start()
        load(kill_after)
    gateway.stop()
    gateway.start()
    assert all(client.refused for client in load()), "the budget came to an end for everybody"

    decisions, events = {}, []
    for record in gateway.records():
        if record["kind"] == "decision":
            assert record["decision_id"] not in decisions
            decisions[record["decision_id"]] = record
        elif record["kind"] == "budget":
            events.append(record)
    for decision_id, (outcome, price) in answered.items():
        assert decisions[decision_id]["decision"] == outcome
        assert decimal.Decimal(str(decisions[decision_id]["parameters_shown"]["cost_usd"])) == price

    spent = {decision_id: decimal.Decimal(str(record["parameters_shown"]["cost_usd"]))
             for decision_id, record in decisions.items() if record["decision"] == "allow"}
    paid = {}
    for record in events:
        if record["detail"]["event"] == "settled":
            assert record["decision_id"] not in paid, "a settlement is in the trail twice"
            paid[record["decision_id"]] = decimal.Decimal(record["detail"]["cost"])
    assert not set(settled) - set(paid), "a settlement that was answered is not in the trail"
    assert all(paid[decision_id] == cost for decision_id, cost in settled.items())
    total = sum({**spent, **paid}.values())
    assert total <= TWENTY
    # What the books hold is what the trail says, to the millionth: one more than is left is refused, and all that is left fits.
    free = gateway.decide("llm-1", "llm-agent", "llm.complete", {"cost_usd": 0})[2]
    assert free["limits"]["budget_remaining"] == f"{(TWENTY - total).normalize():f} USD".replace(".0 ", ".00 ")
    over = gateway.decide("llm-1", "llm-agent", "llm.complete", {"cost_usd": float(TWENTY - total) + 0.000001})[2]
    assert over["decision_reason"]["code"] == "budget_exceeded"
    last = gateway.decide("llm-1", "llm-agent", "llm.complete", {"cost_usd": float(TWENTY - total)})[2]
    assert (last["decision"], last["limits"]["budget_remaining"]) == ("allow", "0.00 USD")
    done = gateway.verify()
    assert done.returncode == 0, done.stdout + done.stderr


def test_killed_right_behind_an_answer_what_it_has_spent_stays_spent(twenty):
    """The state store follows some milliseconds behind the records: what it lacks, they give back."""
    gateway = twenty

    def spend(dollars):
        return gateway.decide("llm-1", "llm-agent", "llm.complete", {"cost_usd": dollars})[2]

    def left(turns):
        return f"{(19 - turns * (4 * decimal.Decimal('0.10') + MILLIONTH)).normalize():f} USD"

    gateway.start()
    spend(1)  # now the budgets are on the gateway's books
    # The store is sometimes fast enough to have everything: then nothing has to be charged anew, and it is killed once more.
    turn, was_behind = 0, False
    while turn < 6 or not was_behind:
        turn += 1
        assert turn <= 40, "the store was never behind the records"
        answers = [spend(0.1) for _ in range(4)]
        gateway.stop(signal.SIGKILL)
        gateway.start()
        rest = spend(0.000001)["limits"]["budget_remaining"]
        assert rest == left(turn), "each kill costs nothing and gives nothing back"
        was_behind = "what recorded decisions have spent was charged" in (gateway.home / "aegis.log").read_text()
    record = next(record for record in gateway.records() if record.get("decision_id") == answers[-1]["decision_id"])
    charge = {"amount": "0.10", "currency": "USD", "limit": "20.00", "policy": "twenty-dollars", "scope": "agent", "subject": "llm-agent"}
    told = [{**charge, **{key: told[key] for key in ("rule", "window", "window_start") if key in told}} for told in record["spent"]["charges"]]
    assert record["spent"] == {"charges": told} and sorted(one["window"] for one in told) == ["day", "total"], record["spent"]
    gateway.stop()
    gateway.start()
    assert spend(0)["limits"]["budget_remaining"] == left(turn)
    done = gateway.verify()
    assert done.returncode == 0, done.stdout + done.stderr

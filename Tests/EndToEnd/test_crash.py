"""kill -9 under load: after the restart the trail is whole, every answered decision is in it, and no budget was overspent."""
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

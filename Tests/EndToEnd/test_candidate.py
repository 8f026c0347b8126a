"""A candidate beside the policies in force: its outcome stands in the answer and the record, and changes neither."""
import time

from conftest import Gateway

WIRE = {"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"}
PAYMENT = {"amount": 100, "currency": "EUR", "to": "DE89370400440532013000"}


def write_candidate(gateway, folder, limit):
    folder.mkdir(exist_ok=True)
    for file in gateway.policies.glob("*.yaml"):
        text = file.read_text().replace("hard_max_amount: 50000", f"hard_max_amount: {limit}")
        (folder / file.name).write_text(text.replace("max_amount: 5000\n", f"max_amount: {limit}\n"))


def decide_until(gateway, wanted):
    """Decides until the candidate says `wanted`, None for no candidate: a change is taken up within a second or two."""
    for _ in range(400):
        answer = gateway.decide("finance-1", "finance-agent", "payments.transfer", PAYMENT, request=WIRE)[2]
        assert answer["decision"] == "allow"
        would = answer["would_decision"]
        # One that took longer than a candidate is given says nothing of its policies.
        is_late = would and (would.get("decision_reason") or {}).get("code") == "evaluation_error"
        if not is_late and (would["decision"] if would and "policy_version" in would else None) == wanted:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"would_decision never became {wanted}: {answer}")


def test_a_candidate_is_tried_replaced_and_ended(tmp_path, request):
    gateway = Gateway(tmp_path)
    request.addfinalizer(gateway.stop)
    candidate = tmp_path / "candidate"
    write_candidate(gateway, candidate, 50)
    gateway.issue("finance-1")
    gateway.start(True, "--candidate", candidate)
    answer = decide_until(gateway, "deny")
    would = answer["would_decision"]
    assert would["decision_reason"]["code"] == "amount_exceeded"
    assert would["policy_version"] != answer["policy_version"]
    write_candidate(gateway, candidate, 4000)
    decide_until(gateway, "allow")
    (candidate / "policies.yaml").write_text("aegis: v1\nkind: Nonsense\n")
    decide_until(gateway, None)
    records = [record for record in gateway.records() if record.get("would_decision") == "deny"]
    assert records and records[0]["detail"]["would_policy_version"] == would["policy_version"]
    assert gateway.verify().returncode == 0

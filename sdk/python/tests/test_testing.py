"""The test double plays what was recorded and nothing else; the fixture starts the real thing."""

from __future__ import annotations

import json
import os

import pytest

import aegis
from aegis.testing import AegisServer, NothingRecorded, RecordedDecisions, ServerFailed, allow, approval_needed, deny, sanitize

pytest_plugins = ["pytester"]


def test_answers_are_played_in_order_and_the_last_one_stays():
    recorded = RecordedDecisions({"pay": [allow(), deny("budget_exceeded", "spent"), sanitize({"amount": 1})], "wait": approval_needed()})
    client = recorded.client("finance-agent")
    assert client.decide("pay", {"amount": 2}).permits
    with pytest.raises(aegis.BudgetExceeded, match="spent"), client.guard("pay", {"amount": 3}):
        pass
    with client.guard("pay", {"amount": 4}) as call:
        assert call.parameters == {"amount": 1}
    assert client.decide("pay").outcome == "sanitize"
    with pytest.raises(aegis.ApprovalPending), client.guard("wait"):
        pass
    assert [asked.body["parameters"] for asked in recorded.questions("pay")] == [{"amount": 2}, {"amount": 3}, {"amount": 4}, {}]


def test_what_was_not_recorded_fails_the_test():
    client = RecordedDecisions({"pay": allow()}).client()
    with pytest.raises(NothingRecorded, match=r"no decision is recorded for `other`; there are some for \['pay'\]"):
        client.decide("other")
    with pytest.raises(NothingRecorded, match="no answer is recorded for GET /v1/approvals/apr_x"):
        client.approval("apr_x")


def test_answers_of_the_real_server_can_be_played(tmp_path, client):
    file = tmp_path / "decisions.jsonl"
    file.write_text("\n".join(json.dumps(dict(client.decide("pay", {"amount": amount}).raw)) for amount in (5, 60000)))
    played = RecordedDecisions.from_file(file).client(client.agent)
    assert [played.decide("pay").reason.code for _ in range(2)] == ["policy_allow", "amount_exceeded"]


@pytest.mark.parametrize(
    ("policies", "binary", "message"),
    [("policies", "/bin/false", "aegis policy lint"), ("nowhere", "/bin/false", "there is no folder of policies at")],
)
def test_a_server_that_cannot_start_says_why(pytestconfig, policies, binary, message):
    folder = pytestconfig.rootpath / "tests" / policies
    with pytest.raises(ServerFailed, match=message), AegisServer(folder, binary=binary, keys=["k-1"]):
        pass


def test_policies_that_do_not_compile_fail_with_the_servers_words(tmp_path):
    from conftest import binary

    (tmp_path / "bad.yaml").write_text("aegis: v1\nkind: Nonsense\nname: x\n")
    with pytest.raises(ServerFailed, match="Nonsense"), AegisServer(tmp_path, binary=binary()):
        pass


def test_the_fixture(pytester, pytestconfig):
    from conftest import POLICIES, binary

    os.environ["AEGIS_BINARY"] = binary()
    pytester.makepyfile(
        f"""
        import pytest
        import aegis

        @pytest.mark.aegis(policies={str(POLICIES)!r}, keys=["finance-1"])
        def test_small(aegis_server):
            assert aegis_server.client("finance-agent", "finance-1").decide("pay", {{"amount": 5}}).permits
            aegis_server.person("maria", "treasurer")

        @pytest.mark.aegis(policies={str(POLICIES)!r}, keys=["finance-1"])
        def test_same_server(aegis_server):
            assert len(aegis_server.records()) > 0
            large = aegis_server.client("finance-agent", "finance-1").guard("pay", {{"amount": 6000}})
            with pytest.raises(aegis.ApprovalPending) as caught, large:
                pass
            aegis_server.approve(caught.value.approval.approval_id, "maria", "treasurer")

        def test_without_policies(aegis_server):
            pass
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*aegis_server needs policies*"])

"""Every operation of the API × every kind of caller × own, granted, foreign and absent tenant. What may be done is taken from nothing
but the published description and the roles; what is not in the table fails the suite."""
import hashlib
import json
import sqlite3
import time

import pytest
from conftest import AEGIS, exchange, free_port, run
from tenants import POLICIES, Tenants

ROLES = ("author", "reviewer", "publisher", "approver", "auditor", "operator")
AGENT, KEY = "shop", "planner-1"
OBJECT = b"a file of a bundle"
DIGEST = "sha256:" + hashlib.sha256(OBJECT).hexdigest()
ABSENT = "umbrella"
# What is asked of policies in the body, beside them.
TRIALS = {"lintPolicies": {}, "testPolicies": {}, "explainCall": {"agent": AGENT, "tool": "pay"}, "compareWithPolicies": {"from": "1"},
          "replayTrail": {}, "suggestPolicies": {}, "buildPolicies": {}}
# Steps of a history: no trust root names a key here, so that 409 is as far as anybody gets; test_publishing_over_http goes on.
STEPS = {"adoptTrustRoot": {"root": "{}"}, "proposePolicies": {"files": {"all.yaml": ""}, "title": "A change"},
         "reviewProposal": {"verdict": "approve"}, "withdrawProposal": {"comment": "no"},
         "publishPolicies": {"proposal_id": "prp_" + "0" * 16}, "rollBackPolicies": {"to": 1, "reason": "no"}}


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    tenants = Tenants(tmp_path_factory.mktemp("boundaries"))
    for role in ROLES:
        tenants.person("acme", f"acme-{role}", role)
    tenants.person("acme", "acme-treasurer", "treasurer")
    tenants.person("globex", "globex-all", *ROLES)
    tenants.person("mssp", "olga", "auditor@acme", "operator@globex")
    tenants.person("acme", "acme-expired", *ROLES, more=("--expires-in", "1m"))
    with sqlite3.connect(tenants.data / "state.sqlite") as state:
        assert state.execute("UPDATE api_keys SET expires_at = 1 WHERE key_id = 'acme-expired'").rowcount == 1
    tenants.person("acme", "acme-revoked", *ROLES)
    run("keys", "revoke", "acme-revoked", "--tenant", "acme", "--data-dir", tenants.data)
    tenants.issue("globex", "globex-only")
    tenants.issue("acme", "fetcher", "--grant", "bundles")
    tenants.start("--bundle-service", f"file://{tenants.home}/handed-out")
    for who, tenant in ((("acme", "acme-author"), "acme"), (("globex", "globex-all"), "globex")):
        assert tenants.ask("PUT", f"/v1/tenants/{tenant}/policy/objects/{DIGEST}", who, OBJECT)[0] == 204
    yield tenants
    tenants.stop()


@pytest.fixture(scope="module")
def description(api):
    return api.ask("GET", "/openapi.json")[2]


def callers(api):
    """Name → (key, home tenant or None, roles by tenant, kind)."""
    people = {f"acme-{role}": ("acme", {"acme": {role}}) for role in ROLES}
    people["acme-treasurer"] = ("acme", {"acme": {"treasurer"}})
    people["globex-all"] = ("globex", {"globex": set(ROLES)})
    people["olga"] = ("mssp", {"mssp": set(), "acme": {"auditor"}, "globex": {"operator"}})
    table = {name: (api.keys[home, name], "person", home, roles) for name, (home, roles) in people.items()}
    for tenant in api.names:
        table[f"{tenant}-agent"] = (api.keys[tenant, "shop-1"], "agent", tenant, {})
    right = api.keys["acme", "acme-auditor"]
    for name, key in {
        "nobody": None, "expired": api.keys["acme", "acme-expired"], "revoked": api.keys["acme", "acme-revoked"],
        "another-secret": right[:-1] + ("A" if right[-1] != "A" else "B"), "another-id": right.replace("acme-auditor", "acme-operator"),
        "rubbish": "aegis_", "no-key": "hello",
    }.items():
        table[name] = (key, "nobody", None, {})
    return table


def administrative(description):
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            if "{tenant}" in path:
                yield method.upper(), path, operation


FRESH = iter(range(10 ** 9))


def request(api, method, path, operation, tenant):
    """The path filled in, and a body that is right, for a call that would succeed for whoever may do it."""
    body = None
    if operation["operationId"] == "switchAgent":
        body = {"state": "enabled"}
    elif operation["operationId"] == "issueKey":
        body = {"key_id": f"fresh-{next(FRESH)}", "kind": "agent"}
    elif operation["operationId"] == "keepPolicyObject":
        body = OBJECT
    elif operation["operationId"] == "addPolicyEvent":
        body = {}  # an event is signed elsewhere; test_policy_over_http adds real ones
    elif operation["operationId"] in TRIALS:
        body = {"files": {"all.yaml": POLICIES % {"owner": tenant}}, **TRIALS[operation["operationId"]]}
    elif operation["operationId"] in STEPS:
        body = {"key": "nobody", **STEPS[operation["operationId"]]}
    key = KEY
    if operation["operationId"] in ("revokeKey", "rotateKey"):
        key = f"doomed-{next(FRESH)}"
        if tenant in api.names:
            api.issue(tenant, key)
    filled = path.format(tenant=tenant, agent=AGENT, key_id=key, version=1, digest=DIGEST, proposal_id="prp_" + "0" * 16)
    if operation["operationId"] == "comparePolicies":
        filled += "?from=1&to=1"
    return method, filled, body


def expected(kind, home, roles, operation, tenant):
    """Statuses that are right."""
    if kind == "nobody":
        return {401}
    if operation["operationId"] in ("getLatestBundle", "getStops"):
        return {403}  # for keys with the grant, which none of these is; test_the_bundle_service
    if kind == "agent":
        return {403}
    if tenant != home and not roles.get(tenant):
        return {404}
    own = roles.get(tenant, set())
    allowed = operation.get("x-aegis-roles") or {
        "showTenant": None, "issueKey": ["operator"], "revokeKey": ["operator"], "rotateKey": ["operator"], "addPolicyEvent": ["author", "reviewer", "publisher"],
    }[operation["operationId"]]
    if allowed is not None and not own & set(allowed):
        return {403}
    if operation["operationId"] in ("getProposal", "comparePolicies", "compareWithPolicies"):
        return {404}  # nobody has proposed anything; test_policy_over_http
    if operation["operationId"] in STEPS:
        return {409}
    return {400} if operation["operationId"] == "addPolicyEvent" else {200, 201, 204}


def test_every_administrative_operation_for_every_caller_in_every_tenant(api, description):
    wrong, tried = [], 0
    for method, path, operation in administrative(description):
        for name, (key, kind, home, roles) in callers(api).items():
            for tenant in ("acme", "globex", "mssp", ABSENT):
                if tenant == "mssp" and any(part in path for part in ("{agent}", "{version}", "{key_id}", "{digest}")):
                    continue  # there is none to find there
                verb, filled, sent = request(api, method, path, operation, tenant)
                status, headers, body = api.ask(verb, filled, key, sent)
                tried += 1
                right = expected(kind, home, roles, operation, tenant)
                if status not in right:
                    wrong.append(f"{method} {path} by {name} in {tenant}: {status}, not {sorted(right)}: {json.dumps(body)[:200]}")
                if status >= 400:
                    assert headers["content-type"] == "application/problem+json" and body["status"] == status, body
                    assert set(body) == {"type", "title", "status", "code", "detail"}
    assert not wrong, "\n".join(wrong[:40])
    assert tried > 500


def test_a_foreign_tenant_and_an_absent_one_are_answered_alike(api, description):
    """Byte for byte, but for the name that was asked for."""
    for method, path, operation in administrative(description):
        answers = []
        for tenant in ("globex", ABSENT):
            method, filled, body = request(api, method, path, operation, tenant)
            if operation["operationId"] in ("revokeKey", "rotateKey"):
                filled = path.format(tenant=tenant, key_id="globex-only")
            status, headers, answer = api.ask(method, filled, ("acme", "acme-operator"), body)
            answers.append((status, json.dumps(answer).replace(tenant, "TENANT"), sorted(headers)))
        assert answers[0] == answers[1], (method, path)
        assert answers[0][0] == (403 if operation["operationId"] in ("getLatestBundle", "getStops") else 404)


def test_the_bundle_service_is_for_keys_with_the_grant_and_their_own_tenant(api):
    assert api.ask("GET", "/v1/bundles/acme", ("acme", "fetcher"))[0] == 404, "nothing is handed out yet"
    foreign, absent = (api.ask("GET", f"/v1/bundles/{tenant}", ("acme", "fetcher")) for tenant in ("globex", ABSENT))
    assert foreign[0] == absent[0] == 403 and foreign[2] == absent[2]
    assert api.ask("POST", "/v1/decisions", ("acme", "fetcher"), {"tool": {"name": "web.read"}})[0] == 401, "it is no agent's"


def test_an_id_of_another_tenant_is_like_one_that_is_not_there(api):
    def same(path, foreign, absent, who):
        answers = [api.ask("GET", path.format(name), who) for name in (foreign, absent)]
        assert answers[0][0] == answers[1][0] == 404, answers
        assert json.dumps(answers[0][2]).replace(foreign, "ID") == json.dumps(answers[1][2]).replace(absent, "ID")
    same("/v1/tenants/acme/keys/{}", "globex-only", "nowhere-at-all", ("acme", "acme-operator"))
    same("/v1/tenants/acme/keys/{}", "globex-all", "nowhere-at-all", ("acme", "acme-auditor"))
    api.build("globex", 2)
    api.wait(lambda: api.active("globex")["policy_version"].startswith("globex/2@"))
    same("/v1/tenants/acme/bundles/{}", "2", "77", ("acme", "acme-author"))
    same("/v1/tenants/acme/bundles/{}/archive", "2", "77", ("acme", "acme-author"))
    # To use another's key id takes nothing from it, and tells nothing of it.
    status, _, key = api.ask("POST", "/v1/tenants/acme/keys", ("acme", "acme-operator"), {"key_id": "globex-only", "kind": "agent"})
    assert status == 201 and key["tenant"] == "acme"
    assert api.ask("DELETE", "/v1/tenants/acme/keys/globex-only", ("acme", "acme-operator"))[2]["state"] == "revoked"
    api.wait(lambda: api.decide("globex", "web.read", key="planner-1")["decision"] == "allow")
    keys = {key["key_id"]: key for key in api.ask("GET", "/v1/tenants/globex/keys?limit=1000", ("globex", "globex-all"))[2]["keys"]}
    assert keys["globex-only"]["state"] == "active"


def test_audit_lines_decisions_and_approvals_are_shown_to_their_own_tenant(api):
    decision = api.decide("globex", "web.read", session_id="private-session")["decision_id"]
    held = api.decide("globex", "pay", {"amount": 70}, session_id="private-approval")["approval"]["approval_id"]
    for query in (f"decision_id={decision}", f"approval_id={held}", "tool=pay", "kind=decision", ""):
        for who, tenant in ((("acme", "acme-auditor"), "acme"), (("mssp", "olga"), "acme")):
            status, _, found = api.ask("GET", f"/v1/tenants/{tenant}/audit/records?{query}", who)
            assert status == 200 and all(record["tenant"] == "acme" for record in found["records"])
            assert decision not in json.dumps(found) and "globex" not in json.dumps(found).replace("globex-only", "")
    assert len(api.ask("GET", f"/v1/tenants/globex/audit/records?decision_id={decision}", ("globex", "globex-all"))[2]["records"]) == 1
    assert held not in json.dumps(api.ask("GET", "/v1/tenants/acme/approvals", ("acme", "acme-auditor"))[2])
    assert held in json.dumps(api.ask("GET", "/v1/tenants/globex/approvals", ("globex", "globex-all"))[2])


def test_a_provider_sees_the_tenants_that_it_was_given_and_no_others(api):
    listed = api.ask("GET", "/v1/tenants", ("mssp", "olga"))[2]["tenants"]
    assert {entry["tenant"]: entry["roles"] for entry in listed} == {"acme": ["auditor"], "globex": ["operator"], "mssp": []}
    assert [entry["tenant"] for entry in api.ask("GET", "/v1/tenants", ("acme", "acme-auditor"))[2]["tenants"]] == ["acme"]
    assert {entry["tenant"] for entry in api.ask("GET", "/v1/status", ("mssp", "olga"))[2]["tenants"]} == {"acme", "globex"}
    me = api.ask("GET", "/v1/me", ("mssp", "olga"))[2]
    rights = {entry["tenant"]: set(entry["permissions"]) for entry in me["tenants"]}
    assert "agents.switch" in rights["globex"] and "agents.switch" not in rights["acme"] and not rights["mssp"]


def test_who_may_not_administer_may_not_read_who_one_is_either(api):
    for name, (key, kind, _, _) in callers(api).items():
        for path in ("/v1/me", "/v1/tenants", "/v1/approvals"):
            assert api.ask("GET", path, key)[0] == {"nobody": 401, "agent": 403, "person": 200}[kind], (name, path)
        for path in ("/v1/decisions", "/v1/delegations", "/v1/results"):
            body = {"tool": {"name": "web.read"}, "result": 1} if path.endswith("results") else \
                {"to": "shop"} if path.endswith("delegations") else {"tool": {"name": "web.read"}}
            status, _, answer = api.ask("POST", path, key, body)
            if name == "olga":  # the gateway serves no policies of her tenant
                assert status == 200 and answer["decision_reason"]["code"] == "bundle_unavailable", (path, answer)
            else:
                assert status == (200 if kind == "agent" else 401), (name, path)
        made_up = "apr_" + "0" * 26
        assert api.ask("GET", f"/v1/approvals/{made_up}", key)[0] == (401 if kind == "nobody" else 404)
        usage = {"decision_id": "00000000-0000-7000-8000-000000000000", "cost": 1}
        # Where no policies are served, which budgets a decision drew on is not known.
        expected = 401 if kind == "nobody" else 503 if name == "olga" else 404
        assert api.ask("POST", "/v1/usage", key, usage)[0] == expected, name


def test_the_table_speaks_about_every_operation(description):
    """An operation that is added without a place in this suite fails here."""
    spoken_of = {"GET /v1/me", "GET /v1/tenants", "GET /v1/approvals", "GET /v1/approvals/{id}", "POST /v1/decisions",
                 "POST /v1/delegations", "POST /v1/results", "POST /v1/usage"}
    other = {"GET /healthz", "GET /readyz", "GET /v1/status", "GET /openapi.json",       # anybody; test_tenants
             "POST /v1/approvals/{id}/approve", "POST /v1/approvals/{id}/deny", "POST /v1/approvals/{id}/withdraw"}  # test_tenants
    known = spoken_of | other | {f"{method} {path}" for method, path, _ in administrative(description)}
    told = {f"{method.upper()} {path}" for path, operations in description["paths"].items() for method in operations}
    assert told == known, told ^ known


@pytest.mark.parametrize("body, status, code", [
    ({"key_id": "k1", "kind": "person", "roles": ["auditor"], "expires_at": "2099-01-01T00:00:00Z"}, 403, "beyond_own_rights"),
    ({"key_id": "k1", "kind": "person", "roles": ["operator@globex"], "expires_at": "2099-01-01T00:00:00Z"}, 403, "beyond_own_rights"),
    ({"key_id": "k1", "kind": "person", "name": "acme-auditor"}, 400, "request_invalid"),
    ({"key_id": "k1", "kind": "person", "roles": ["operator"]}, 400, "request_invalid"),
    ({"key_id": "k1", "kind": "agent", "roles": ["operator"]}, 400, "request_invalid"),
    ({"key_id": "k1", "kind": "agent", "tenant": "globex"}, 400, "request_invalid"),
    ({"key_id": "k1", "kind": "agent", "grants": ["all"]}, 400, "request_invalid"),
    ({"key_id": "../k1", "kind": "agent"}, 400, "request_invalid"),
    ({"key_id": "k1", "kind": "agent", "expires_at": "2001-01-01T00:00:00Z"}, 400, "request_invalid"),
    ({"key_id": KEY, "kind": "agent"}, 409, "exists"),
    ([1], 400, "request_invalid"), (b"{", 400, "request_invalid"), (b"{}", 400, "request_invalid"), (b"\xff", 400, "request_invalid"),
    (b" " * 70_000, 413, "request_too_large"),
])
def test_a_key_gives_nobody_more_than_they_have(api, body, status, code):
    before = len(api.ask("GET", "/v1/tenants/acme/keys?limit=1000", ("acme", "acme-operator"))[2]["keys"])
    told = api.ask("POST", "/v1/tenants/acme/keys", ("acme", "acme-operator"), body)
    assert (told[0], told[2]["code"]) == (status, code), told
    assert len(api.ask("GET", "/v1/tenants/acme/keys?limit=1000", ("acme", "acme-operator"))[2]["keys"]) == before


def test_one_may_give_oneself_a_lesser_key_and_give_it_up_again_and_no_others(api):
    end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    body = {"key_id": "laptop", "kind": "person", "roles": [], "expires_at": end}
    status, headers, key = api.ask("POST", "/v1/tenants/acme/keys", ("acme", "acme-author"), body)
    assert status == 201 and headers["location"] == "/v1/tenants/acme/keys/laptop" and key["name"] == "acme-author"
    api.wait(lambda: api.ask("GET", "/v1/me", key["api_key"])[0] == 200)
    assert api.ask("GET", "/v1/tenants/acme/agents", key["api_key"])[0] == 403, "it has no role"
    for other in (KEY, "acme-auditor", "nowhere-at-all"):
        assert api.ask("DELETE", f"/v1/tenants/acme/keys/{other}", ("acme", "acme-author"))[0] == 403
    assert api.ask("DELETE", "/v1/tenants/acme/keys/laptop", key["api_key"])[2]["state"] == "revoked"
    api.wait(lambda: api.ask("GET", "/v1/me", key["api_key"])[0] == 401)


def test_a_key_is_rotated_by_those_who_may_hold_it(api):
    operator, path = ("acme", "acme-operator"), "/v1/tenants/acme/keys"
    first = api.ask("POST", path, operator, {"key_id": "turned", "kind": "agent", "grants": ["dry_run"]})[2]["api_key"]
    status, _, turned = api.ask("POST", path + "/turned/rotation", operator, {"overlap_seconds": 600})
    assert status == 200 and turned["api_key"] != first and turned["state"] == "active" and turned["previous_until"], turned
    assert "api_key" not in api.ask("GET", path + "/turned", operator)[2]
    for key in (turned["api_key"], first):  # an agent's key administers nothing, and is known
        api.wait(lambda: api.ask("GET", "/v1/me", key)[0] == 403)
    # The same again would cut off whoever has the first secret still; said outright, it does.
    status, _, problem = api.ask("POST", path + "/turned/rotation", operator, {"overlap_seconds": 600})
    assert (status, problem["code"]) == (409, "conflict") and "rotated again it is worthless" in problem["detail"]
    last = api.ask("POST", path + "/turned/rotation", operator, {"overlap_seconds": 0})[2]
    assert last["previous_until"] is None
    api.wait(lambda: api.ask("GET", "/v1/me", first)[0] == 401)
    assert api.ask("GET", "/v1/me", turned["api_key"])[0] == 401 and api.ask("GET", "/v1/me", last["api_key"])[0] == 403
    record = api.ask("GET", "/v1/tenants/acme/audit/records?kind=key&limit=1", ("acme", "acme-auditor"))[2]["records"][0]
    assert record["detail"]["event"] == "api_key_rotated" and record["detail"]["by"] == "acme/acme-operator"
    assert last["api_key"] not in json.dumps(record)
    # A person's key rotates itself: neither an operator nor a lesser key of the same person becomes that person.
    end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    lesser = api.ask("POST", path, operator, {"key_id": "lesser", "kind": "person", "roles": [], "expires_at": end})[2]["api_key"]
    api.wait(lambda: api.ask("GET", "/v1/me", lesser)[0] == 200)
    for who, key_id in ((operator, "acme-author"), (operator, "lesser")):
        status, _, problem = api.ask("POST", f"{path}/{key_id}/rotation", who, {})
        assert (status, problem["detail"]) == (403, "a person's key is rotated by itself alone"), (who, key_id, problem)
    assert api.ask("POST", path + "/acme-operator/rotation", lesser, {})[0] == 403
    renewed = api.ask("POST", path + "/lesser/rotation", lesser)[2]
    api.wait(lambda: api.ask("GET", "/v1/me", renewed["api_key"])[0] == 200)
    assert renewed["expires_at"] == api.ask("GET", path + "/lesser", operator)[2]["expires_at"]
    for odd in ({"overlap_seconds": -1}, {"overlap_seconds": 2592001}, {"overlap_seconds": "1"}, {"overlap_seconds": 1.5}, {"more": 1}):
        assert api.ask("POST", path + "/turned/rotation", operator, odd)[0] == 400, odd
    assert api.ask("POST", path + "/nothing/rotation", operator, {})[0] == 404
    api.ask("DELETE", path + "/turned", operator)
    assert api.ask("POST", path + "/turned/rotation", operator, {})[2]["code"] == "conflict"


def test_what_was_done_is_on_record_with_who_before_the_answer_leaves(api):
    operator, auditor = ("acme", "acme-operator"), ("acme", "acme-auditor")
    def last(kind):
        return api.ask("GET", f"/v1/tenants/acme/audit/records?kind={kind}&limit=1", auditor)[2]["records"][0]
    status, _, key = api.ask("POST", "/v1/tenants/acme/keys", operator, {"key_id": "told", "kind": "agent"})
    detail = last("key")["detail"]
    assert (detail["event"], detail["key_id"], detail["by"], detail["via"]) == \
        ("api_key_issued", "told", "acme/acme-operator", "api api_key:acme-operator")
    assert key["api_key"] not in json.dumps(last("key"))
    for _ in range(2):  # the same again changes nothing, and leaves no second record
        assert api.ask("DELETE", "/v1/tenants/acme/keys/told", operator)[2]["state"] == "revoked"
    revoked = last("key")
    assert revoked["detail"]["event"] == "api_key_revoked"
    assert [record["detail"]["event"] for record in api.ask("GET", "/v1/tenants/acme/audit/records?kind=key&limit=2", auditor)[2]["records"]] \
        == ["api_key_revoked", "api_key_issued"]
    switch = "/v1/tenants/globex/agents/shop/switch"
    assert api.ask("PUT", switch, ("mssp", "olga"), {"state": "disabled", "reason": "by the provider"})[2]["state"] == "disabled"
    record = api.ask("GET", "/v1/tenants/globex/audit/records?kind=config&limit=1", ("globex", "globex-all"))[2]["records"][0]
    assert record["detail"]["by"] == "mssp/olga" and record["detail"]["event"] == "agent_disabled" and record["agent_id"] == "shop"
    api.wait(lambda: api.decide("globex", "web.read")["decision_reason"]["code"] == "agent_disabled")
    assert api.decide("acme", "web.read")["decision"] == "allow"
    assert api.ask("PUT", switch, ("mssp", "olga"), {"state": "enabled"})[2]["state"] == "enabled"


def test_two_operators_do_not_overwrite_each_other_unseen(api):
    operator, path = ("acme", "acme-operator"), "/v1/tenants/acme/agents/planner"
    seen = api.ask("GET", path, operator)[1]["etag"]
    done = api.ask("PUT", path + "/switch", operator, {"state": "disabled", "reason": "mine"}, {"if-match": seen})
    assert done[0] == 200 and done[1]["etag"] != seen
    for stale in (seen, '"7"', "W/" + done[1]["etag"], "rubbish"):
        late = api.ask("PUT", path + "/switch", operator, {"state": "enabled"}, {"if-match": stale})
        assert (late[0], late[2]["code"]) == (412, "precondition_failed"), stale
    assert api.ask("GET", path, operator)[2]["reason"] == "mine"
    assert api.ask("PUT", path + "/switch", operator, {"state": "enabled"}, {"if-match": done[1]["etag"]})[0] == 200
    assert api.ask("PUT", "/v1/tenants/acme/agents/plannner/switch", operator, {"state": "disabled"})[0] == 404, "misspelt"


def test_lists_come_in_pages_that_miss_and_double_nothing(api):
    who = ("acme", "acme-operator")
    whole = [key["key_id"] for key in api.ask("GET", "/v1/tenants/acme/keys?limit=1000", who)[2]["keys"]]
    pieces, after = [], ""
    while after is not None:
        page = api.ask("GET", f"/v1/tenants/acme/keys?limit=7&after={after}", who)[2]
        assert len(page["keys"]) <= 7
        pieces += [key["key_id"] for key in page["keys"]]
        after = page["next"]
    assert pieces == whole and len(whole) > 14
    auditor = ("acme", "acme-auditor")
    whole = [record["index"] for record in api.ask("GET", "/v1/tenants/acme/audit/records?limit=1000", auditor)[2]["records"]]
    pieces, before = [], 10 ** 12
    while before is not None:
        page = api.ask("GET", f"/v1/tenants/acme/audit/records?limit=20&before={before}", auditor)[2]
        pieces += [record["index"] for record in page["records"]]
        before = page["next"]
    assert pieces == whole[-len(pieces):] and len(pieces) >= len(whole) == whole[0] + 1
    for query in ("limit=0", "limit=1001", "limit=-1", "limit=x", "limit=07", "kind=gossip", "since=yesterday", "before=-1", "agent=" + "a" * 300, "until=", "kind=", "agent="):
        assert api.ask("GET", f"/v1/tenants/acme/audit/records?{query}", auditor)[0] == 400, query


def test_a_bundle_comes_byte_for_byte_under_its_digest(api):
    who, path = ("acme", "acme-publisher"), "/v1/tenants/acme/bundles"
    listed = api.ask("GET", path, who)[2]
    shown = api.ask("GET", f"{path}/{listed['versions'][0]}", who)
    assert shown[2]["manifest"]["metadata"]["aegis"]["tenant"] == "acme" and shown[1]["etag"] == f'"{shown[2]["digest"]}"'
    import urllib.request
    ask = urllib.request.Request(f"http://127.0.0.1:{api.api}{path}/{listed['versions'][0]}/archive", headers={"x-aegis-api-key": api.keys[who]})
    with urllib.request.urlopen(ask) as answer:
        archive = answer.read()
        assert answer.headers["etag"] == shown[1]["etag"]
    assert "sha256:" + hashlib.sha256(archive).hexdigest() == shown[2]["digest"]
    assert api.ask("GET", f"{path}/{listed['versions'][0]}/archive", who, headers={"if-none-match": shown[1]["etag"]})[0] == 304
    for odd in ("0", "-1", "01", "x", "9" * 30):
        assert api.ask("GET", f"{path}/{odd}", who)[0] == 404


def test_a_control_plane_beside_the_gateway_changes_the_same_things(api):
    import subprocess
    port = free_port()
    process = subprocess.Popen([str(AEGIS), "control", "--data-dir", str(api.data), "--listen", f"127.0.0.1:{port}"],
                               stderr=subprocess.DEVNULL)
    try:
        def up():
            try:
                return exchange(port, "GET", "/healthz")[0] == 200
            except OSError:
                return False
        api.wait(up)
        key = {"x-aegis-api-key": api.keys["acme", "acme-operator"]}
        assert exchange(port, "POST", "/v1/decisions", {}, key)[0] == 404, "it decides nothing"
        status, _, issued = exchange(port, "POST", "/v1/tenants/acme/keys", {"key_id": "from-beside", "kind": "agent"}, key)
        assert status == 201, issued
        api.wait(lambda: api.ask("GET", "/v1/me", issued["api_key"])[0] == 403)
        agents = exchange(port, "GET", "/v1/tenants/acme/agents", headers=key)[2]["agents"]
        assert {agent["agent"] for agent in agents} == {"planner", "shop"}
        records = api.ask("GET", "/v1/tenants/acme/audit/records?kind=key&limit=1", ("acme", "acme-auditor"))[2]["records"]
        assert records[0]["detail"]["key_id"] == "from-beside", "the gateway recorded it, before the answer left"
    finally:
        process.terminate()
        process.wait(20)


def test_a_control_plane_alone_records_for_itself(tmp_path):
    import subprocess
    port = free_port()
    issued = run("keys", "issue", "olga", "--person", "--tenant", "mssp", "--role", "operator@acme", "--role", "auditor@acme",
                 "--data-dir", tmp_path, "--json")
    key = {"x-aegis-api-key": json.loads(issued.stdout)["api_key"]}
    process = subprocess.Popen([str(AEGIS), "control", "--data-dir", str(tmp_path), "--listen", f"127.0.0.1:{port}"], stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                if exchange(port, "GET", "/healthz")[0] == 200:
                    break
            except OSError:
                time.sleep(0.02)
        assert exchange(port, "POST", "/v1/tenants/acme/keys", {"key_id": "first", "kind": "agent"}, key)[0] == 201
        records = exchange(port, "GET", "/v1/tenants/acme/audit/records", headers=key)[2]["records"]
        assert [record["detail"]["by"] for record in records] == ["mssp/olga"]
    finally:
        process.terminate()
        process.wait(20)
    assert run("audit", "verify", "--data-dir", tmp_path).returncode == 0

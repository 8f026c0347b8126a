"""The life of a policy through a control plane: the same commands, with the history behind an HTTP API and a key for each person."""
import base64
import datetime
import hashlib
import importlib.util
import json
import secrets
import shutil

import pytest
import rfc8785
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from conftest import ROOT
from tenants import Tenants

spec = importlib.util.spec_from_file_location("lifecycle_story", ROOT / "examples/lifecycle/run.py")
lifecycle = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lifecycle)

ROLES = {"maria": ["author"], "lea": ["reviewer"], "omar": ["reviewer"], "pia": ["publisher"], "auditor": ["auditor"]}


class RemoteStory(lifecycle.Story):
    """As in examples/lifecycle, but nobody has the history's folder."""

    def __init__(self, home, api):
        super().__init__(home, f"file://{home}/published")
        self.api = api
        self.environment["AEGIS_HISTORY"] = f"http://127.0.0.1:{api.api}"

    def aegis(self, *words, who=None):
        self.environment["AEGIS_API_KEY"] = self.api.keys["acme", who if who in ROLES else "auditor"]
        return super().aegis(*words, who=None if who == "auditor" else who)


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    tenants = Tenants(tmp_path_factory.mktemp("remote"))
    for name, roles in ROLES.items():
        tenants.person("acme", name, *roles)
    tenants.person("globex", "gina", "author", "reviewer", "publisher", "auditor", "operator")
    yield tenants.start()
    tenants.stop()


@pytest.fixture(scope="module")
def story(api, tmp_path_factory):
    story = RemoteStory(tmp_path_factory.mktemp("people"), api)
    story.prepare()
    return story


def events(api, who=("acme", "auditor")):
    return api.ask("GET", "/v1/tenants/acme/policy/events?limit=1000", who)[2]["events"]


def test_a_policy_is_proposed_reviewed_and_published_by_different_people(api, story):
    begun = story.aegis("policy", "propose", story.policies(40), "--title", "too early", who="maria")
    assert begun.returncode == 1 and "`policies.publish` in `acme` takes the role `publisher`" in begun.stderr, begun.stderr
    assert events(api) == [], "the first trust root is brought by somebody who may publish"
    assert "no proposal waits" in story.aegis("policy", "publish", who="pia").stderr
    story.does("maria", "propose", story.policies(50), "--title", "Refunds up to 50")
    story.does("maria", "approve", expect=4)
    story.does("lea", "review", "--comment", "50 is what the contract says; fine")
    story.does("omar", "approve", "--comment", "checked with finance")
    story.does("pia", "publish")
    story.does("auditor", "verify-history", "--store", story.store)
    assert [event["kind"] for event in events(api)] == ["trusted", "proposed", "commented", "approved", "signed", "published"]
    proposal = api.ask("GET", "/v1/tenants/acme/policy/proposals", ("acme", "lea"))[2]["proposals"][0]
    assert (proposal["status"], proposal["author"], proposal["approved_by"], proposal["comments"]) == ("signed", "maria", ["omar"], 1)
    story.does("maria", "propose", story.policies(500), "--title", "Refunds up to 500")
    story.does("lea", "approve")
    story.does("pia", "publish", "--acknowledge-widening")
    story.does("pia", "rollback", "--to", "1", "--reason", "fraud at 480")
    story.does("auditor", "verify-history", "--store", story.store)
    files = sorted((api.data / "policy-history/acme/events").iterdir())
    assert [json.loads(file.read_bytes()) for file in files] == events(api)


def test_a_folder_copied_from_the_control_plane_verifies_by_itself(api, story, tmp_path):
    shutil.copytree(api.data / "policy-history", tmp_path / "copy")
    far = lifecycle.Story(story.home, story.store)
    far.environment["AEGIS_HISTORY"] = str(tmp_path / "copy")
    done = far.aegis("policy", "verify-history", "--store", story.store)
    assert done.returncode == 0, done.stderr


def test_nothing_gets_in_that_was_altered_or_is_not_the_senders_to_do(api, story):
    told = events(api)
    folder = api.data / "policy-history/acme/events"
    def post(body, who=("acme", "maria")):
        return api.ask("POST", "/v1/tenants/acme/policy/events", who, body)
    for file in sorted(folder.iterdir())[1:]:
        whole = file.read_bytes()
        kind = json.loads(whole)["kind"]
        sender = {"proposed": "maria", "commented": "lea", "approved": "lea"}.get(kind, "pia")
        if json.loads(whole).get("restores"):
            sender = "pia"
        assert post(whole, ("acme", sender))[0] == 200, f"{file.name} is there already"
        assert post(whole, ("acme", "auditor"))[0] == 403
        assert post(whole, ("globex", "gina"))[0] == 404
        assert api.ask("POST", "/v1/tenants/globex/policy/events", ("globex", "gina"), whole)[0] in (403, 404, 409), "of another tenant"
        altered = whole.replace(b'"time":"2', b'"time":"3')
        status, _, problem = post(altered, ("acme", sender))
        assert status in (400, 409), (file.name, problem)
    for rubbish in (b"", b"{}", b"[]", b"\xff\xfe", b'{"kind":"proposed"}', b"{" * 2000):
        assert post(rubbish)[0] == 400, rubbish
    assert events(api) == told


def test_objects_are_what_their_name_says_and_stay_with_their_tenant(api):
    digest = next(event for event in events(api) if event["kind"] == "proposed")["files"][0]["digest"]
    path = f"/v1/tenants/acme/policy/objects/{digest}"
    assert api.ask("GET", path, ("acme", "lea"))[0] == 200
    assert api.ask("PUT", path, ("acme", "maria"), b"other bytes")[2]["code"] == "digest_mismatch"
    assert api.ask("PUT", path, ("acme", "lea"), b"other bytes")[0] == 403
    foreign = api.ask("GET", path.replace("acme", "globex"), ("globex", "gina"))
    absent = api.ask("GET", f"/v1/tenants/globex/policy/objects/sha256:{'0' * 64}", ("globex", "gina"))
    assert foreign[0] == absent[0] == 404 and foreign[2]["code"] == absent[2]["code"] == "history.object-missing"
    for odd in ("sha256:", "sha256:" + "0" * 63, "..%2f..%2fevents", "md5:" + "0" * 32):
        assert api.ask("GET", f"/v1/tenants/acme/policy/objects/{odd}", ("acme", "lea"))[0] == 404


def test_reviewers_and_auditors_ask_what_a_change_means_and_whether_all_is_true(api, story):
    story.does("maria", "propose", story.policies(600), "--title", "Refunds up to 600")
    def ask(path, who="lea"):
        return api.ask("GET", f"/v1/tenants/acme/policy/{path}", ("acme", who))
    waiting = ask("proposals?limit=1")[2]
    proposal, = waiting["proposals"]
    assert waiting["next"] and ask(f"proposals?limit=1&before={waiting['next']}")[2]["proposals"][0]["title"] == "Roll back to version 1"
    told = "policy refunds: `small` permits more calls: params.amount <= 50 became params.amount <= 600"
    status, _, view = ask(f"proposals/{proposal['proposal_id']}")
    assert status == 200 and view["widens"] == [told] and view["narrows"] == [] and view["missing"] == "1 approver"
    assert {key: view[key] for key in proposal} == proposal and view["report"] is None
    assert all(finding["severity"] == "warning" and finding["file"] for finding in view["findings"])
    status, _, diff = ask(f"diff?from=2&to={proposal['proposal_id']}")
    assert status == 200 and [(change["effect"], change["place"]) for change in diff["changes"]] == [("widens", "policy refunds"), ("neutral", "policy refunds")]
    assert ask("diff?from=1&to=3")[2] == {"widens": [], "gained": [], "lost": [], "changes": []}
    report = ask("verification", "auditor")[2]
    assert report["intact"] and report["faults"] == [] and report["events"] == len(events(api))
    for odd in ("proposals/prp_0123456789abcdef", "diff?from=1&to=99", "diff?from=prp_0123456789abcdef&to=1"):
        assert ask(odd)[0] == 404, odd
    assert ask("diff?from=1")[0] == 400
    assert api.ask("GET", f"/v1/tenants/acme/policy/proposals/{proposal['proposal_id']}", ("globex", "gina"))[0] == 404


def signed(event, key):
    """An event as somebody makes it with a program of their own."""
    def encoded(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    private = serialization.load_pem_private_key(key.read_bytes(), None)
    elliptic = isinstance(private, ec.EllipticCurvePrivateKey)
    header = encoded(rfc8785.dumps({"alg": "ES256" if elliptic else "EdDSA", "kid": event["key"], "typ": "aegis-policy-event"}))
    text = f"{header}.{encoded(rfc8785.dumps(event))}".encode()
    if elliptic:
        r, s = utils.decode_dss_signature(private.sign(text, ec.ECDSA(hashes.SHA256())))
        order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
        signature = r.to_bytes(32, "big") + min(s, order - s).to_bytes(32, "big")
    else:
        signature = private.sign(text)
    return rfc8785.dumps({**event, "signature": f"{header}..{encoded(signature)}"}) + b"\n"


class Forge:
    """Events that follow the last one, signed by those who have the keys, and not by the program."""

    def __init__(self, api, story):
        self.api, self.story = api, story

    def post(self, who, kind, seconds=0, **members):
        last = events(self.api)[-1]
        when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
        prefix = {"commented": "cmt_", "proposed": "prp_", "signed": "sgn_"}[kind]
        event = {"schema_version": 1, "tenant": "acme", "index": last["index"] + 1, "id": prefix + secrets.token_hex(8),
                 "previous": "sha256:" + hashlib.sha256(rfc8785.dumps(last) + b"\n").hexdigest(), "person": who,
                 "time": when.strftime("%Y-%m-%dT%H:%M:%SZ"), "key": who, "kind": kind, **members}
        body = signed(event, self.story.keys / f"{who}.pem")
        return (*self.api.ask("POST", "/v1/tenants/acme/policy/events", ("acme", who), body), event["id"])


def test_an_event_that_is_not_of_about_now_is_not_taken(api, story):
    forge = Forge(api, story)
    proposal = next(event for event in reversed(events(api)) if event["kind"] == "proposed")
    remark = {"proposal": proposal["id"], "content_digest": proposal["content_digest"], "comment": "from elsewhere"}
    count = len(events(api))
    for seconds in (-3600, 3600, 86400 * 365 * 5):
        status, _, problem, _ = forge.post("lea", "commented", seconds, **remark)
        assert status == 409 and problem["code"] == "history.event-time", problem
    assert len(events(api)) == count
    assert forge.post("lea", "commented", **remark)[0] == 201, "of now it is fine"


def test_a_publisher_with_a_program_of_their_own_acknowledges_a_widening_too(api, story):
    forge = Forge(api, story)
    honest = next(event for event in reversed(events(api)) if event["kind"] == "proposed")
    assert honest["change"]["widens"]
    body = {name: honest[name] for name in ("version", "parent", "content_digest", "title", "files", "region", "revises", "restores",
                                            "promotes", "report")}
    status, _, problem, quiet = forge.post("maria", "proposed", **body, change=None)
    assert status == 201, problem
    story.does("lea", "approve", quiet)
    approval = events(api)[-1]["id"]
    digest = honest["files"][0]["digest"]
    version = {"proposal": quiet, "version": honest["version"], "content_digest": honest["content_digest"], "digest": digest,
               "files": [{"path": ".manifest", "digest": digest}, {"path": ".signatures.json", "digest": digest}],
               "approvals": [approval], "emergency": None, "acknowledges_widening": False}
    status, _, problem, _ = forge.post("pia", "signed", **version)
    assert status == 409 and problem["code"] == "lifecycle.widening-unacknowledged", problem
    assert "params.amount <= 50 became params.amount <= 600" in problem["detail"]

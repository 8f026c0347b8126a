"""From a proposal to the store over the control-plane API alone: what has to be signed comes in the answer, and is signed here, by a program
that knows nothing of events, bundles and pointers."""
import base64
import json
import pathlib
import subprocess
import time

import pytest
from conftest import AEGIS, exchange, free_port, run
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tenants import POLICIES, Tenants

PEOPLE = {"maria": ["author", "approver"], "lea": ["approver"], "pia": ["publisher"], "eve": ["publisher", "emergency"], "control": ["publisher"]}
ROLES = {"maria": ["author", "publisher"], "lea": ["reviewer"], "pia": ["publisher"], "auditor": ["auditor"]}
PATH = "/v1/tenants/acme/policy/"


def policies(limit):
    return {"all.yaml": (POLICIES % {"owner": "acme"}).replace("amount <= 50", f"amount <= {limit}").replace("amount > 50", f"amount > {limit}")}


class Desk:
    """A gateway with the API, the keys of people, and a store."""

    def __init__(self, home):
        self.home, self.keys = home, home / "people"
        self.api = Tenants(home)
        for name, roles in ROLES.items():
            self.api.person("acme", name, *roles)
        self.api.person("globex", "gina", "author", "reviewer", "publisher", "auditor")
        self.trust, root = home / "trust-root.json", ["--root", self.keys / "root.pem"]
        for name in ["root", *PEOPLE]:
            run("keys", "generate", name, "--out", self.keys, *(["--algorithm", "ES256"] if name in ("lea", "eve") else []))
        run("keys", "trust", "init", self.trust, *root)
        for person, roles in PEOPLE.items():
            run("keys", "trust", "add", self.trust, self.keys / f"{person}.pub.pem", "--person", person, "--tenant", "acme",
                *(word for role in roles for word in ("--role", role)), *root)
        run("keys", "trust", "quorum", self.trust, "--tenant", "acme", "--need", "approver=1", "--separate-publisher", *root)
        self.store = f"file://{home}/published"

    def start(self, *more):
        self.api.start("--publish-to", self.store, "--publish-key", self.keys / "control.pem", *more)
        return self

    def sign(self, key, text):
        private = serialization.load_pem_private_key((self.keys / f"{key}.pem").read_bytes(), None)
        # Elliptic ones as DER, as most tools give them.
        made = private.sign(text, ec.ECDSA(hashes.SHA256())) if isinstance(private, ec.EllipticCurvePrivateKey) else private.sign(text)
        return base64.urlsafe_b64encode(made).rstrip(b"=").decode()

    def ask(self, what, body, who="maria"):
        return self.api.ask("POST", PATH + what, ("acme", who), body)

    def take(self, what, body, who, key=None, rounds=8):
        """A step, signed as often as it is asked for; and how often that was."""
        key, signatures, asked = key or who, {}, 0
        while True:
            status, _, answer = self.ask(what, {**body, "key": key, "signatures": signatures}, who)
            if status != 202:
                return status, answer, asked
            asked += 1
            assert asked < rounds, answer
            body = {**body, "at": answer["at"]}
            wanted = answer["to_sign"]
            assert answer["key"] == key and wanted["id"] not in signatures
            signatures[wanted["id"]] = self.sign(key, wanted["text"].encode())

    def must(self, *words):
        status, answer, _ = self.take(*words)
        assert status in (200, 201), answer
        return answer

    def propose(self, limit, **more):
        return self.must("proposals", {"files": policies(limit), "title": f"Up to {limit}", **more}, "maria")["id"]

    def approve(self, proposal, who="lea"):
        return self.take(f"proposals/{proposal}/reviews", {"verdict": "approve", "comment": "as the contract says"}, who)

    def events(self):
        return self.api.ask("GET", PATH + "events?limit=1000", ("acme", "auditor"))[2]["events"]

    def records(self):
        page = self.api.ask("GET", "/v1/tenants/acme/audit/records?kind=policy_review&limit=1000", ("acme", "auditor"))[2]
        return [record["detail"] for record in reversed(page["records"])]

    def history(self, *words, check=True):
        environment = {"AEGIS_API_KEY": self.api.keys["acme", "auditor"], "AEGIS_HISTORY": f"http://127.0.0.1:{self.api.api}"}
        return run("policy", *words, "--tenant", "acme", "--trust", self.trust, env=environment, check=check)

    def latest(self):
        return json.loads(run("bundles", "list", "--store", self.store, "--tenant", "acme", "--trust", self.trust, "--json").stdout)["latest"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("publishing")).start()
    assert desk.take("trust-roots", {"root": desk.trust.read_text()}, "pia")[0] == 201
    assert desk.take("trust-roots", {"root": desk.trust.read_text()}, "pia")[0] == 200, "the same again changes nothing"
    yield desk
    desk.api.stop()


def test_people_propose_review_and_publish_with_nothing_but_their_keys(desk):
    proposal = desk.propose(50)
    status, problem, _ = desk.approve(proposal, "lea")
    assert status == 201, problem
    status, done, asked = desk.take("publications", {"proposal_id": proposal}, "pia")
    assert status == 201 and asked == 4, "bundle, event, pointer, event"
    assert (done["version"], done["publisher"], done["store"], len(done["approvals"])) == (1, "pia", desk.store, 1)
    assert desk.latest() == 1
    assert [event["kind"] for event in desk.events()] == ["trusted", "proposed", "approved", "signed", "published"]
    desk.history("verify-history", "--store", desk.store)
    again, same, _ = desk.take("publications", {"proposal_id": proposal}, "pia")
    assert (again, same) == (200, done), "asked again it is done already"
    assert len(desk.events()) == 5


def test_the_trail_says_who_brought_each_step(desk):
    told = [(record["event"], record["by"], record["person"]) for record in desk.records()]
    assert told[:5] == [("policy_trusted", "acme/pia", "pia"), ("policy_proposed", "acme/maria", "maria"), ("policy_approved", "acme/lea", "lea"),
                        ("policy_signed", "acme/pia", "pia"), ("policy_published", "acme/pia", "pia")]
    assert [record["event_id"] for record in desk.records()] == [event["id"] for event in desk.events()]
    assert all(record["via"].startswith("api api_key:") for record in desk.records())


def test_a_widening_is_published_when_it_is_acknowledged(desk):
    proposal = desk.propose(400)
    assert desk.approve(proposal)[0] == 201
    before = len(desk.events())
    for body, key in (({}, "pia"), ({"acknowledge_widening": False}, None)):
        request = {"proposal_id": proposal, **body}
        status, problem = desk.take("publications", request, "pia")[:2] if key else desk.ask("publications", request, "pia")[::2]
        assert (status, problem["code"]) == (409, "lifecycle.widening-unacknowledged"), problem
        assert "`large` holds fewer calls: params.amount > 50 became params.amount > 400" in problem["detail"]
    assert len(desk.events()) == before and desk.latest() == 1
    status, _, done = desk.ask("publications", {"proposal_id": proposal, "acknowledge_widening": True}, "pia")
    assert status == 201 and done["version"] == 2 and done["publisher"] == "control", "by the server's own key"
    signed = next(record for record in reversed(desk.records()) if record["event"] == "policy_signed")
    assert (signed["by"], signed["person"], signed["key"], signed["acknowledges_widening"]) == ("acme/pia", "control", "control", "yes")
    desk.history("verify-history", "--store", desk.store)


def test_the_servers_key_publishes_nothing_that_was_not_approved(desk):
    proposal = desk.propose(30)
    before = desk.events()
    def refused(who, **more):
        # Fewer calls pass at once, and some that were denied are held now: that widens, too.
        status, _, problem = desk.ask("publications", {"proposal_id": proposal, "acknowledge_widening": True, **more}, who)
        assert status == 409, problem
        return problem["code"]
    assert refused("pia") == "lifecycle.quorum-missing"
    assert refused("pia", emergency="agents leak card numbers") == "own_key_needed"
    assert desk.approve(proposal, "lea")[0] == 201
    assert refused("maria") == "lifecycle.own-proposal", "whoever asks the server to sign is who publishes"
    assert desk.ask("publications", {"proposal_id": proposal}, "lea")[0] == 403
    assert desk.events() == before + desk.events()[-1:] and desk.latest() == 2
    assert desk.ask("publications", {"proposal_id": proposal, "acknowledge_widening": True}, "pia")[0] == 201


def test_what_was_published_comes_back_by_its_number(desk):
    status, _, problem = desk.ask("rollbacks", {"to": 2, "reason": "refunds wait"}, "pia")
    assert (status, problem["code"]) == (409, "lifecycle.widening-unacknowledged"), problem
    assert [event["kind"] for event in desk.events()][-1] == "published", "what is refused leaves no proposal behind"
    assert desk.ask("rollbacks", {"to": 9, "reason": "x"}, "pia")[0] == 404
    body = {"to": 2, "reason": "refunds wait", "acknowledge_widening": True}
    assert desk.ask("rollbacks", body, "maria")[2]["code"] == "lifecycle.own-proposal", "she wrote what comes back"
    status, done, asked = desk.take("rollbacks", body, "pia", "eve")
    assert status == 201 and asked == 5 and done["publisher"] == "eve" and done["version"] == desk.latest(), done
    assert desk.take("rollbacks", body, "pia", "eve")[:2] == (200, done), "asked again it is done already"
    desk.history("verify-history", "--store", desk.store)


def test_nobody_decides_their_own_and_everything_else_that_the_rules_say(desk):
    proposal = desk.propose(20)
    assert desk.ask(f"proposals/{proposal}/reviews", {"verdict": "approve", "key": "lea"}, "maria")[0] == 403
    own = desk.take(f"proposals/{proposal}/reviews", {"verdict": "approve"}, "lea", "maria")
    assert own[0] == 409 and own[1]["code"] == "lifecycle.own-proposal", own
    said = desk.take(f"proposals/{proposal}/reviews", {"verdict": "comment", "comment": "why 20?\nit was 30"}, "lea")
    assert said[0] == 201 and said[1]["comment"] == "why 20?\nit was 30"
    assert desk.take(f"proposals/{proposal}/reviews", {"verdict": "reject"}, "lea")[1]["code"] == "lifecycle.text-invalid"
    assert desk.take(f"proposals/{proposal}/withdrawal", {"comment": "a better one comes"}, "maria")[0] == 201
    assert desk.approve(proposal)[1]["code"] == "lifecycle.closed"
    revised = desk.propose(25, revises=proposal)
    assert next(event for event in desk.events() if event["id"] == revised)["revises"] == proposal


def test_a_signature_by_another_key_or_of_another_time_counts_for_nothing(desk):
    proposal = desk.events()[-1]["id"]
    path, body = f"proposals/{proposal}/reviews", {"verdict": "approve", "comment": "fine", "key": "lea"}
    before = desk.events()
    status, _, wanted = desk.ask(path, body, "lea")
    assert status == 202 and json.loads(base64.urlsafe_b64decode(wanted["to_sign"]["text"].split(".")[1] + "=="))["kind"] == "approved"
    name, text = wanted["to_sign"]["id"], wanted["to_sign"]["text"].encode()
    def told(signatures, **more):
        status, _, answer = desk.ask(path, {**body, "at": wanted["at"], "signatures": signatures, **more}, "lea")
        return status, answer.get("code")
    assert told({name: desk.sign("pia", text)}) == (409, "lifecycle.signing-failed")
    assert told({name: desk.sign("lea", text + b" ")}) == (409, "lifecycle.signing-failed")
    assert told({name: "not base64!"}) == (400, "request_invalid")
    assert told({}, key="nobody") == (409, "lifecycle.key-unknown")
    assert told({}, key="acme-signing") == (409, "lifecycle.key-unknown"), "gateways' keys are no people's"
    for seconds in (-3600, 3600):
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
        assert told({}, at=at) == (409, "history.event-time")
    assert told({name: desk.sign("lea", text)}, comment="another text")[0] == 202, "it is another event, and wants another signature"
    assert desk.events() == before
    assert told({name: desk.sign("lea", text)}) == (201, None)
    assert desk.ask(path.replace("acme", "globex"), body, "lea")[0] in (202, 409)
    gina = desk.api.ask("POST", f"/v1/tenants/globex/policy/proposals/{proposal}/reviews", ("globex", "gina"), body)
    assert gina[0] == 409 and gina[2]["code"] == "lifecycle.key-unknown", "acme's keys sign nothing of globex"


def test_what_a_store_that_is_down_interrupts_is_finished_by_asking_again(desk):
    proposal = desk.events()[-1]["proposal"]
    folder = pathlib.Path(desk.store.removeprefix("file://"))
    folder.rename(folder.with_suffix(".away"))
    folder.write_text("no folder")
    request = {"proposal_id": proposal, "acknowledge_widening": True}
    status, _, problem = desk.ask("publications", request, "pia")
    assert status == 503 and "finishes what it began" in problem["detail"], problem
    signed = desk.events()[-1]
    assert signed["kind"] == "signed" and desk.records()[-1]["event_id"] == signed["id"], "what was added is on record"
    folder.unlink()
    folder.with_suffix(".away").rename(folder)
    status, _, done = desk.ask("publications", request, "pia")
    assert status == 201 and done["digest"] == signed["digest"], done
    assert desk.latest() == done["version"]
    desk.history("verify-history", "--store", desk.store)


def test_a_build_is_what_a_proposal_would_be_and_a_bundle_for_whoever_signs(desk, tmp_path):
    body = {"files": policies(45)}
    status, _, told = desk.ask("build", body)
    assert status == 200 and told["version"] == len([event for event in desk.events() if event["kind"] == "signed"]) + 1
    assert {file["path"] for file in told["files"]} >= {".manifest", "data.json", "policies/all.yaml"}
    assert desk.ask("build", {**body, "at": told["at"]})[2] == told, "the same at the same time"
    proposed = desk.must("proposals", {**body, "title": "45", "at": told["at"]}, "maria")
    assert proposed["content_digest"] == told["content_digest"]
    status, _, wanted = desk.ask("build", {**body, "key": "maria"})
    assert status == 202
    signature = {wanted["to_sign"]["id"]: desk.sign("maria", wanted["to_sign"]["text"].encode())}
    import urllib.request
    request = urllib.request.Request(
        f"http://127.0.0.1:{desk.api.api}{PATH}build", json.dumps({**body, "key": "maria", "at": wanted["at"], "signatures": signature}).encode(),
        {"x-aegis-api-key": desk.api.keys["acme", "maria"], "content-type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["content-type"] == "application/gzip"
        (tmp_path / "built.tar.gz").write_bytes(answer.read())
    done = run("policy", "verify", tmp_path / "built.tar.gz", "--trust", desk.keys / "maria.pub.pem", "--tenant", "acme", "--json")
    assert json.loads(done.stdout)["content_digest"].startswith("sha256:")
    refused = run("policy", "verify", tmp_path / "built.tar.gz", "--trust", desk.trust, "--tenant", "acme", check=False)
    assert refused.returncode == 3 and "is no publisher" in refused.stderr, "no gateway with the trust root takes it"


def test_a_control_plane_alone_publishes_too_and_one_without_a_store_says_so(tmp_path):
    issued = run("keys", "issue", "pia", "--person", "--tenant", "acme", "--role", "publisher", "--data-dir", tmp_path, "--json")
    key = {"x-aegis-api-key": json.loads(issued.stdout)["api_key"]}
    port = free_port()
    command = [str(AEGIS), "control", "--data-dir", str(tmp_path), "--listen", f"127.0.0.1:{port}"]
    run("keys", "generate", "control", "--out", tmp_path / "keys")
    lone = subprocess.run([*command, "--publish-key", str(tmp_path / "keys/control.pem")], capture_output=True, text=True, timeout=30)
    assert lone.returncode == 2 and "no store to publish to" in lone.stderr
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                if exchange(port, "GET", "/healthz")[0] == 200:
                    break
            except OSError:
                time.sleep(0.02)
        status, _, problem = exchange(port, "POST", PATH + "publications", {"proposal_id": "prp_" + "0" * 16}, key)
        assert (status, problem["code"]) == (409, "no_store"), problem
    finally:
        process.terminate()
        process.wait(20)

"""The life of a policy through the real program: the story of examples/lifecycle, and what an independent JWT library and a plain
hash see in the same files."""
import base64
import hashlib
import itertools
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import time

import jwt
import pytest
import rfc8785

import stores
from conftest import AEGIS, ROOT, Gateway, exchange, free_port, run

STORY = ROOT / "examples/lifecycle"


class Tenant:
    """A trust root with people, a history and a store, in one folder."""

    def __init__(self, home):
        self.home = pathlib.Path(home)
        self.trust, self.store = self.home / "trust-root.json", self.home / "bundles"
        self.environment = {"AEGIS_HISTORY": str(self.home / "history"), "AEGIS_TENANT": "acme",
                            "AEGIS_TRUST": str(self.trust), "AEGIS_STORE": f"file://{self.store}"}
        self.key("root")
        run("keys", "trust", "init", self.trust, "--root", self.private("root"))
        for person, roles in {"maria": ["author", "approver"], "lea": ["approver"], "pia": ["publisher"],
                              "eve": ["publisher", "emergency"]}.items():
            self.rsa_key(person) if person == "lea" else self.key(person, "ES256")
            self.add(self.home / f"keys/{person}.pub.pem", person, roles)

    def key(self, name, algorithm="EdDSA"):
        run("keys", "generate", name, "--out", self.home / "keys", "--algorithm", algorithm)

    def rsa_key(self, name):
        """As somebody brings it: made by OpenSSL."""
        subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", self.private(name)],
                       check=True, capture_output=True)
        self.private(name).chmod(0o600)
        subprocess.run(["openssl", "pkey", "-in", self.private(name), "-pubout", "-out", self.home / f"keys/{name}.pub.pem"],
                       check=True, capture_output=True)

    def private(self, name):
        return self.home / f"keys/{name}.pem"

    def add(self, public, person, roles):
        given = [word for role in roles for word in ("--role", role)]
        run("keys", "trust", "add", self.trust, public, "--person", person, "--tenant", "acme", *given,
            "--root", self.private("root"))

    def policy(self, *words, who=None, signer=None, check=True):
        key = {"AEGIS_KEY": str(self.private(who))} if who else {"AEGIS_SIGNER": signer} if signer else {}
        return run("policy", *words, env={**self.environment, **key}, check=check)

    def policies(self, limit, more=""):
        """Refunds up to a limit, and further documents."""
        folder = self.home / f"up-to-{limit}-{len(list(self.home.iterdir()))}"
        folder.mkdir()
        (folder / "refunds.yaml").write_text((STORY / "policies/refunds.yaml").read_text().replace("50", str(limit)) + more)
        return folder

    def publish(self, policies, title, *words):
        self.policy("propose", policies, "--title", title, *words, who="maria")
        self.policy("approve", who="lea")
        return self.policy("publish", "--acknowledge-widening", who="pia")

    def events(self):
        return [path.read_bytes() for path in sorted((self.home / "history/acme/events").iterdir())]


@pytest.fixture()
def tenant(tmp_path):
    return Tenant(tmp_path)


def test_the_story_goes_as_its_transcript_says_with_gateways_that_follow_s3(tmp_path):
    s3 = stores.S3(tmp_path)
    try:
        store = f"s3://{s3.bucket('lifecycle')}/policies?endpoint={s3.endpoint}"
        done = subprocess.run([sys.executable, str(STORY / "run.py"), "--store", store], capture_output=True, text=True, timeout=240,
                              env={**os.environ, **stores.AWS, "AEGIS_BINARY": str(AEGIS), "NO_COLOR": "1"})
        forged = s3.door.forged
    finally:
        s3.close()
    assert forged == []
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == (STORY / "transcript.txt").read_text()


def test_another_jwt_library_and_a_plain_hash_verify_the_whole_history(tenant):
    tenant.policy("propose", STORY / "policies", "--title", "Refunds", who="maria")
    tenant.policy("review", "--comment", "“50” — why?", who="lea")
    tenant.policy("approve", "--comment", "fine", who="lea")
    tenant.policy("publish", who="pia")
    root = json.loads(tenant.trust.read_bytes())["root"]
    keys = {key["name"]: key for key in root["keys"]}

    def verified(detached, payload, key):
        header, _, signature = detached.split(".")
        body = base64.urlsafe_b64encode(payload).rstrip(b"=").decode()
        algorithm = {"lea": "RS256"}.get(key["name"], "ES256")
        return jwt.decode(f"{header}.{body}.{signature}", key["public_key"], algorithms=[algorithm],
                          options={"verify_signature": True, "verify_aud": False})

    previous = "sha256:" + "0" * 64
    statements = {}
    for index, raw in enumerate(tenant.events(), 1):
        event = json.loads(raw)
        assert raw == rfc8785.dumps(event) + b"\n"
        assert (event["index"], event["previous"]) == (index, previous)
        signature = event.pop("signature")
        assert verified(signature, rfc8785.dumps(event), keys[event["key"]]) == event
        assert keys[event["key"]]["person"] == event["person"]
        statements[event["id"]] = event
        previous = "sha256:" + hashlib.sha256(raw).hexdigest()

    # The published archive is the one that the history signed, and its manifest carries the reviewers' own words.
    signed = next(event for event in statements.values() if event["kind"] == "signed")
    archive = tenant.store / "acme/bundle-1.tar.gz"
    assert "sha256:" + hashlib.sha256(archive.read_bytes()).hexdigest() == signed["digest"]
    manifest = json.load(tarfile.open(archive).extractfile(".manifest"))
    reviews = manifest["metadata"]["aegis"]["reviews"]
    assert [review["verdict"] for review in reviews] == ["commented", "approved"]
    for review in reviews:
        event = jwt.decode(review["statement"], keys["lea"]["public_key"], algorithms=["RS256"])
        assert event == statements[review["approval_id"]]
        assert event["content_digest"] == manifest["metadata"]["aegis"]["content_digest"]
    for name in (tenant.home / "history/acme/objects").iterdir():
        assert name.name == "sha256-" + hashlib.sha256(name.read_bytes()).hexdigest()


def test_a_refusal_says_why_and_exits_with_4_and_damage_exits_with_1(tenant):
    tenant.policy("propose", STORY / "policies", "--title", "Refunds", who="maria")
    own = tenant.policy("approve", who="maria", check=False)
    assert own.returncode == 4 and "[lifecycle.own-proposal]" in own.stderr
    early = tenant.policy("publish", who="pia", check=False)
    assert early.returncode == 4 and "lacks approvals: 1 approver [lifecycle.quorum-missing]" in early.stderr
    nobody = tenant.policy("approve", check=False)
    assert nobody.returncode == 2 and "nobody signs" in nobody.stderr
    event = tenant.home / "history/acme/events/000002.json"
    event.write_bytes(event.read_bytes()[:-20])
    cut = tenant.policy("history", check=False)
    assert cut.returncode == 1 and str(event) in cut.stderr
    event.unlink()
    (tenant.home / "history/acme/events/000001.json").unlink()
    gone = tenant.policy("verify-history", check=False)
    assert gone.returncode == 1 and "tenant `acme` has no history here" in gone.stderr


def test_an_emergency_is_loud_and_owed(tenant):
    tenant.policy("propose", STORY / "policies", "--title", "Refunds", who="maria")
    refused = tenant.policy("publish", "--emergency", "--reason", "leak", who="pia", check=False)
    assert refused.returncode == 4 and "[lifecycle.not-permitted]" in refused.stderr
    done = tenant.policy("publish", "--emergency", "--reason", "leak", who="eve")
    assert done.stderr.startswith("!!! EMERGENCY: publishing prp_")
    tenant.policy("propose", STORY / "policies", "--title", "Again", who="maria")
    identity = json.loads(tenant.policy("history", "--json").stdout)["versions"][0]["proposal"]
    tenant.policy("approve", identity, who="lea")
    report = json.loads(tenant.policy("verify-history", "--json").stdout)
    assert report["intact"] and report["notes"] == []


def test_a_gateway_counts_the_approvals_itself(tenant):
    tenant.policy("propose", STORY / "policies", "--title", "Refunds", who="maria")
    tenant.policy("approve", who="lea")
    tenant.policy("publish", who="pia")
    archive = tenant.store / "acme/bundle-1.tar.gz"
    summary = run("policy", "verify", archive, "--trust", tenant.trust, "--tenant", "acme")
    assert "signed by       pia" in summary.stdout
    # pia alone: the same policies, signed with the same key, and nobody's approval.
    alone = tenant.home / "alone.tar.gz"
    run("policy", "build", STORY / "policies", "-o", alone, "--key", tenant.private("pia"), "--tenant", "acme")
    # Nobody set a quorum: one approver is asked for all the same, by the history and by gateways alike.
    refused = run("policy", "verify", alone, "--trust", tenant.trust, check=False)
    assert refused.returncode == 3 and "approvals are missing: 1 approver [bundle.reviews-missing]" in refused.stderr
    run("policy", "verify", archive, "--trust", tenant.trust)
    # lea signed in time; pia's key is stolen later, and nothing that it signed counts.
    run("keys", "trust", "revoke", tenant.trust, "pia", "--reason", "stolen", "--compromised", "--root", tenant.private("root"))
    refused = run("policy", "verify", archive, "--trust", tenant.trust, check=False)
    assert refused.returncode == 3 and "[bundle.key-revoked]" in refused.stderr


def test_root_keys_sign_together(tenant):
    tenant.key("root-b")
    other = tenant.home / "other.json"
    done = run("keys", "trust", "init", other, "--root", tenant.private("root"),
               "--root-key", tenant.home / "keys/root-b.pub.pem", "--threshold", "2")
    assert "version 1, signed by root, waits for more signatures" in done.stdout and not other.exists()
    run("keys", "trust", "sign", other, "--root", tenant.private("root-b"))
    assert "threshold       2 of 2" in run("keys", "trust", "show", other).stdout
    run("keys", "trust", "quorum", other, "--need", "approver=2", "--root", tenant.private("root"))
    assert json.loads(other.read_text())["root"]["version"] == 1
    run("keys", "trust", "sign", other, "--root", tenant.private("root-b"))
    assert json.loads(other.read_text())["root"]["version"] == 2


def test_a_running_gateway_takes_a_newer_trust_root_and_never_an_older_one(tenant):
    tenant.policy("propose", STORY / "policies", "--title", "Refunds", who="maria")
    tenant.policy("approve", who="lea")
    tenant.policy("publish", who="pia")
    older = tenant.trust.read_bytes()
    port, log = free_port(), tenant.home / "gateway.log"
    command = [str(AEGIS), "serve", "--bundle", f"file://{tenant.store}", "--trust", str(tenant.trust), "--tenant", "acme",
               "--data-dir", str(tenant.home / "data"), "--listen", f"127.0.0.1:{port}", "--grpc", "off"]

    def wait(text, count=1):
        deadline = time.monotonic() + 30
        while log.read_text().count(text) < count:
            assert time.monotonic() < deadline and process.poll() is None, log.read_text()[-3000:]
            time.sleep(0.05)

    with open(log, "wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            wait("policies active")
            # pia's key is gone: what it signed goes out of force at once, though nothing new is published.
            run("keys", "trust", "revoke", tenant.trust, "pia", "--reason", "stolen", "--compromised", "--root", tenant.private("root"))
            wait("policies withdrawn")
            wait("decision API on port")
            status, _, body = exchange(port, "GET", "/v1/status")
            [seen] = body["tenants"]
            assert body["status"] == "not_ready" and seen["policy_version"] is None, body
            assert seen["rejected"]["code"] == "bundle.key-revoked" and "stolen" in seen["rejected"]["message"]
            # And stays so over a restart.
            process.terminate()
            process.wait(20)
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
            wait("the last good bundle cannot be used again")
            # eve publishes anew.
            tenant.policy("propose", STORY / "policies", "--title", "Again", who="maria")
            tenant.policy("approve", who="lea")
            tenant.policy("publish", who="eve")
            wait("policies active", 2)
            # Rules that become stricter take nobody's policies away, now or at the next start.
            done = run("keys", "trust", "quorum", tenant.trust, "--tenant", "acme", "--need", "approver=2", "--root", tenant.private("root"), "--json")
            assert "warning: these rules ask for more than those before" in done.stderr and json.loads(done.stdout)["complete"]
            wait("accepted by earlier rules")
            process.terminate()
            process.wait(20)
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
            wait("accepted by earlier rules", 2)
            wait("decision API on port", 3)
            [seen] = exchange(port, "GET", "/v1/status")[2]["tenants"]
            assert seen["policy_version"].startswith("acme/2@") and seen["below_rules"]["code"] == "bundle.reviews-missing"
        finally:
            process.terminate()
            process.wait(20)
    records = [json.loads(line)["detail"] for line in run("audit", "query", "--data-dir", tenant.home / "data", "--kind", "bundle", "--json").stdout.splitlines()]
    # The pointer and the bundle of the stolen key are each refused as often as they are looked at anew.
    happened = [event for event, _ in itertools.groupby(detail["event"] for detail in records)]
    assert happened == ["activated", "withdrawn", "rejected", "activated", "below_rules", "activated", "below_rules"], happened
    tenant.trust.write_bytes(older)
    again = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert again.returncode == 1
    assert "is in force already [trust.older]" in again.stderr


WIDER = "policy refunds: `small` permits more calls: params.amount <= 50 became params.amount <= 400"


def test_going_back_to_what_allows_more_is_shown_and_takes_one_word_more(tenant):
    tenant.publish(tenant.policies(400), "Up to 400")
    tenant.publish(tenant.policies(50), "Up to 50")
    before = tenant.events()
    refused = tenant.policy("rollback", "--to", "1", "--reason", "too tight", who="pia", check=False)
    assert refused.returncode == 4 and f"WIDENS          {WIDER}" in refused.stderr, refused.stderr
    assert f"the change allows more than before: {WIDER} [lifecycle.widening-unacknowledged]" in refused.stderr
    assert tenant.events() == before, "what is refused leaves nothing behind"
    done = tenant.policy("rollback", "--to", "1", "--reason", "too tight", "--acknowledge-widening", who="pia")
    assert f"WIDENS          {WIDER}" in done.stderr and "published acme/3@" in done.stdout
    proposed, signed, _ = [json.loads(event) for event in tenant.events()[-3:]]
    assert proposed["change"] == {"widens": [WIDER], "narrows": []} and signed["acknowledges_widening"] is True
    report = json.loads(tenant.policy("verify-history", "--json", "--store", f"file://{tenant.store}").stdout)
    assert report["intact"] and report["notes"] == []
    # Back to what allows less needs no word more.
    done = tenant.policy("rollback", "--to", "2", "--reason", "after all", who="pia")
    assert "narrows         policy refunds" in done.stderr and "published acme/4@" in done.stdout


@pytest.mark.parametrize("words", [["history"], ["show"], ["show", "1", "--bundle", "/dev/null"], ["review"], ["diff", "1", "1"]])
def test_a_history_under_another_root_is_not_shown_as_ours(tenant, tmp_path, words):
    tenant.publish(tenant.policies(50), "Up to 50")
    tenant.policy("propose", tenant.policies(60), "--title", "Up to 60", who="maria")
    tenant.policy(*words)
    (tmp_path / "theirs").mkdir()
    theirs = Tenant(tmp_path / "theirs")
    tenant.environment["AEGIS_TRUST"] = str(theirs.trust)
    refused = tenant.policy(*words, check=False)
    assert refused.returncode == 4 and "[lifecycle.trust]" in refused.stderr, refused.stdout + refused.stderr
    assert "acme/1" not in refused.stdout


def test_versions_of_a_history_are_compared_by_their_numbers(tenant):
    tenant.publish(tenant.policies(50), "Up to 50")
    tenant.publish(tenant.policies(400), "Up to 400")
    proposal = json.loads(tenant.policy("propose", tenant.policies(500), "--title", "Up to 500", "--json", who="maria").stdout)["proposal"]
    assert WIDER in tenant.policy("diff", "1", "2").stdout
    back = tenant.policy("diff", "2", "1", "--json")
    assert [change["effect"] for change in json.loads(back.stdout)["changes"]] == ["narrows", "neutral"], "the description changed too"
    assert "params.amount <= 400 became params.amount <= 500" in tenant.policy("diff", "2", proposal).stdout
    assert tenant.policy("diff", "1", tenant.policies(50)).stdout == "nothing changes\n"
    assert tenant.policy("diff", "1", "2", "--fail-on-widening", check=False).returncode == 1
    absent = tenant.policy("diff", "1", "7", check=False)
    assert absent.returncode == 1 and "no version or proposal `7`" in absent.stderr


def test_a_store_whose_pointer_went_back_by_number_is_not_what_the_history_says(tenant):
    tenant.publish(tenant.policies(50), "Up to 50")
    tenant.publish(tenant.policies(40), "Up to 40")
    store = f"file://{tenant.store}"
    assert "2 bundles in the store the same" in tenant.policy("verify-history", "--store", store).stdout
    back = ("bundles", "rollback", "--store", store, "--tenant", "acme", "--to", "1", "--reason", "by hand", "--key", tenant.private("pia"))
    unsaid = run(*back, check=False)
    assert unsaid.returncode == 2 and "--without-history" in unsaid.stderr
    assert "no history gets an event" in run(*back, "--without-history").stderr
    found = tenant.policy("verify-history", "--store", store, check=False)
    assert found.returncode == 1
    assert "the store's latest is version 1" in found.stderr and "by a rollback that the history does not know (by hand)" in found.stderr
    (tenant.store / "acme/bundle-1.tar.gz").unlink()
    gone = tenant.policy("verify-history", "--store", store, check=False)
    assert "version 1 is gone from the store" in gone.stderr and "--again" not in gone.stderr
    # What the message says to do is all it takes.
    tenant.policy("show", "1", "--bundle", tenant.store / "acme/bundle-1.tar.gz")
    assert "gone" not in tenant.policy("verify-history", "--store", store, check=False).stderr


def test_a_pointer_goes_back_with_an_event_and_an_acknowledgement_and_is_then_what_the_history_says(tenant):
    for limit in (400, 50):
        tenant.publish(tenant.policies(limit), f"Up to {limit}")
    store = f"file://{tenant.store}"
    back = ("bundles", "rollback", "--store", store, "--tenant", "acme", "--to", "1", "--reason", "50 denies refunds", "--key")
    history = ("--history", tenant.home / "history")
    refused = run(*back, tenant.private("pia"), *history, check=False)
    assert refused.returncode == 4 and "WIDENS" in refused.stderr and "params.amount <= 50 became params.amount <= 400" in refused.stderr
    mine = run(*back, tenant.private("maria"), *history, "--trust", tenant.trust, "--acknowledge-widening", check=False)
    assert mine.returncode == 4 and "`maria` is no publisher" in mine.stderr, mine.stderr
    assert "2 bundles in the store the same" in tenant.policy("verify-history", "--store", store).stdout, "nothing has moved"
    done = json.loads(run(*back, tenant.private("pia"), *history, "--acknowledge-widening", "--json").stdout)
    assert done["latest"] == 1 and done["event"].startswith("rcl_")
    assert "recalled" in tenant.policy("history").stdout
    verified = json.loads(tenant.policy("verify-history", "--store", store, "--json").stdout)
    assert verified["intact"] and any("version 2 was recalled" in note for note in verified["notes"]), verified
    # What comes next is compared with what gateways went back to.
    made = json.loads(tenant.policy("propose", tenant.policies(300), "--title", "Up to 300", "--json", who="maria").stdout)
    assert made["widens"] == [] and made["version"] == 3 and made["narrows"]
    tenant.policy("approve", who="lea")
    tenant.policy("publish", who="pia")
    tenant.policy("verify-history", "--store", store)


def test_a_trust_root_that_asks_for_no_reviews_is_told_to_whoever_goes_by_it(tenant, tmp_path):
    lax = tmp_path / "lax.json"
    root = ["--root", tenant.private("root")]
    run("keys", "trust", "init", lax, "--without-reviews", *root)
    run("keys", "trust", "add", lax, tenant.home / "keys/pia.pub.pem", "--person", "pia", "--role", "publisher", "--tenant", "acme", *root)
    bundle = tmp_path / "bundle.tar.gz"
    run("policy", "build", tenant.policies(50), "-o", bundle, "--key", tenant.private("pia"), "--tenant", "acme", "--version", "1")
    done = run("policy", "verify", bundle, "--trust", lax, "--tenant", "acme")
    assert f"warning: NO REVIEWS: {lax} has no review rule for tenant `acme`" in done.stderr
    log = tmp_path / "gateway.log"
    with log.open("wb") as told:
        gateway = subprocess.Popen([str(AEGIS), "serve", "--bundle", str(bundle), "--trust", str(lax), "--tenant", "acme", "--data-dir", str(tmp_path / "data"),
                                    "--listen", f"127.0.0.1:{free_port()}", "--grpc", "off"], stderr=told)
    try:
        deadline = time.monotonic() + 20
        while "NO REVIEWS" not in log.read_text() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert "NO REVIEWS" in log.read_text()
    finally:
        gateway.terminate()
        gateway.wait(20)
    run("keys", "trust", "quorum", lax, "--tenant", "acme", "--need", "approver=1", *root)
    strict = run("policy", "verify", bundle, "--trust", lax, "--tenant", "acme", check=False)
    assert strict.returncode == 3 and "NO REVIEWS" not in strict.stderr and "reviews-missing" in strict.stderr


def test_each_region_has_a_store_of_its_own_and_is_compared_with_itself(tenant):
    eu, us = f"file://{tenant.home}/eu", f"file://{tenant.home}/us"

    def publish(limit, region, store):
        made = json.loads(tenant.policy("propose", tenant.policies(limit), "--title", f"{region} {limit}", "--region", region, "--json",
                                        who="maria").stdout)
        tenant.policy("approve", who="lea")
        tenant.policy("publish", "--acknowledge-widening", "--store", store, who="pia")
        return made["widens"]

    assert publish(50, "eu", eu) == []
    assert publish(400, "us", us) == []
    assert publish(400, "eu", eu) == [WIDER], "what us may is nothing to eu"
    both = json.loads(tenant.policy("verify-history", "--json", "--store", eu, "--store", us).stdout)
    assert both["intact"] and both["bundles_compared"] == 3 and both["notes"] == []
    one = json.loads(tenant.policy("verify-history", "--json", "--store", eu).stdout)
    assert one["intact"] and one["bundles_compared"] == 2
    assert one["notes"] == [f"versions were published to {us} too, which was not looked at: --store {us}"]


def test_what_the_trust_root_does_not_allow_any_more_is_given_up_and_the_way_is_free(tenant):
    tenant.publish(tenant.policies(40), "Up to 40")
    tenant.policy("propose", tenant.policies(50), "--title", "Up to 50", who="maria")
    tenant.policy("approve", who="lea")
    (tenant.home / "file").write_text("")
    down = f"file://{tenant.home}/file/none"
    tenant.policy("publish", "--acknowledge-widening", "--store", down, who="pia", check=False)
    assert json.loads(tenant.events()[-1])["kind"] == "signed"
    run("keys", "trust", "revoke", tenant.trust, "pia", "--reason", "stolen", "--compromised", "--root", tenant.private("root"))
    back = tenant.policy("rollback", "--to", "1", "--reason", "pia's key is gone", who="eve")
    assert "version 2 was signed and never published, and is given up" in back.stderr and "was revoked" in back.stderr
    assert "published acme/3@" in back.stdout
    assert [json.loads(event)["kind"] for event in tenant.events()[-5:]] == ["trusted", "abandoned", "proposed", "signed", "published"]
    assert "given up" in tenant.policy("show", "2").stdout
    run("policy", "verify", tenant.store / "acme/bundle-3.tar.gz", "--trust", tenant.trust)


SHADOWS = """---
aegis: v1
kind: Tool
name: refunds.note
parameters: {type: object}
---
aegis: v1
kind: Policy
name: freeze
mode: shadow
agents: [support-agent]
tools: [refunds.create]
rules:
  - {name: over-ten, effect: deny, when: [params.amount > 10]}
---
aegis: v1
kind: Policy
name: no-notes
mode: shadow
agents: [support-agent]
tools: [refunds.note]
effect: deny
"""


def test_a_shadow_policy_is_promoted_by_what_it_saw_and_then_enforced(tenant):
    tenant.publish(tenant.policies(50, SHADOWS), "Refunds, and a freeze in shadow")
    gateway = Gateway(tenant.home / "gateway")
    gateway.bundle, gateway.trust = f"file://{tenant.store}", tenant.trust
    gateway.issue("support-1", "--grant", "dry_run")
    gateway.start(True, "--tenant", "acme")

    def refund(amount):
        return gateway.decide("support-1", "support-agent", "refunds.create", {"amount": amount})[2]

    def post(path, **body):
        return exchange(gateway.api, "POST", path, body, {"x-aegis-api-key": gateway.keys["support-1"]})[2]

    try:
        for amount in (5, 20, 30, 70):
            assert refund(amount)["decision"] == ("allow" if amount <= 50 else "deny")
        # Dry runs, tools' answers and delegations are no calls that a policy could have spoken about.
        for tool, parameters in (("refunds.create", {"amount": 40}), ("refunds.note", {})):
            tried = gateway.decide("support-1", "support-agent", tool, parameters, dry_run=True)[2]
            assert (tried["would_decision"]["decision"], tried["dry_run"]) == ("deny", True), tried
        post("/v1/results", tool={"name": "refunds.create"}, parameters={"amount": 20}, result={})
        post("/v1/delegations", to="nobody", session_id="s")
        seen = ["--data-dir", gateway.data, "--since", "1h"]
        gateway.wait(lambda: len([r for r in gateway.records() if r.get("kind") == "decision"]) == 8)
        unseen = tenant.policy("promote", "freeze", "no-notes", *seen, who="maria", check=False)
        assert unseen.returncode == 1 and "the trail shows no call that `no-notes` spoke about in shadow" in unseen.stderr, unseen.stderr
        assert tenant.policy("promote", "refunds", *seen, who="maria", check=False).returncode == 3, "it is no shadow policy"
        done = tenant.policy("promote", "freeze", *seen, who="maria").stdout
        assert "`freeze` spoke about 4 calls and would have stopped 2" in done, done
        for words in (["review"], ["show", json.loads(tenant.events()[-1])["id"]]):
            shown = tenant.policy(*words).stdout
            assert "`freeze` spoke about 4 calls and would have stopped 2" in shown, "reviewers see what speaks for it"
            assert "2 × deny  freeze/over-ten  support-agent  refunds.create" in shown
            assert "promotes        freeze" in shown
        view = json.loads(tenant.policy("review", "--json").stdout)
        assert [(row["policy"], row["calls"], row["would_block"]) for row in view["shadow_report"]["policies"]] == [("freeze", 4, 2)]
        assert (view["shadow_report"]["decisions"], view["shadow_report"]["shadowed"]) == (4, 4)
        tenant.policy("approve", who="lea")
        tenant.policy("publish", who="pia")
        gateway.wait(lambda: refund(20)["decision"] == "deny")
        assert refund(5)["decision"] == "allow"
        assert refund(20)["decision_reason"]["policy"] == "freeze"
    finally:
        gateway.stop()
    assert "`freeze` spoke about 4 calls" in tenant.policy("show", "2").stdout
    assert json.loads(tenant.policy("verify-history", "--json").stdout)["intact"]


def test_a_head_that_was_kept_is_found_in_a_history_that_has_gone_on(tenant):
    tenant.publish(tenant.policies(50), "Refunds")
    kept = json.loads(tenant.policy("verify-history", "--json").stdout)["head"]
    count = len(tenant.events())
    assert "since" not in tenant.policy("verify-history", "--head", kept).stderr
    tenant.publish(tenant.policies(60), "More")
    done = tenant.policy("verify-history", "--head", kept)
    assert f"goes on from the head that was given: {len(tenant.events()) - count} events since\n" in done.stderr, done.stderr
    # Cut off behind the first version, or another history: it is not there.
    for path in sorted((tenant.home / "history/acme/events").iterdir())[count - 1:]:
        path.unlink()
    done = tenant.policy("verify-history", "--head", kept, check=False)
    assert done.returncode != 0 and "history.head-mismatch" in done.stdout + done.stderr


@pytest.mark.parametrize("words", [["approve"], ["review", "--comment", "why?"], ["publish"], ["rollback", "--to", "1", "--reason", "x"]])
def test_a_misspelt_history_is_begun_by_a_proposal_alone(tenant, words):
    nowhere = tenant.home / "histroy"
    done = tenant.policy(*words, "--history", nowhere, who="lea", check=False)
    assert done.stderr == (f"error: there is no folder of histories `{nowhere}`\n"
                           "fix: name it: --history DIR or AEGIS_HISTORY; `aegis policy propose` begins one\n")
    assert done.returncode == 1 and not nowhere.exists()


def test_a_public_key_that_is_to_sign_is_told_as_that(tenant):
    public = tenant.home / "keys/maria.pub.pem"
    done = tenant.policy("propose", tenant.policies(50), "--title", "Refunds", "--key", public, check=False)
    assert done.returncode != 0
    assert (f"{public}: error: this is a public key, and signing takes the private one [key.invalid]\n"
            f"fix: give its private half, such as {tenant.private('maria')}\n") in done.stderr, done.stderr

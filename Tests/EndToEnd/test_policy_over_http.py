"""The life of a policy through a control plane: the same commands, with the history behind an HTTP API and a key for each person."""
import importlib.util
import json
import shutil

import pytest
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

"""One switch stops an agent on every gateway: through a store, through S3, through the control plane; and nobody who can merely write
to the store stops or revives anybody."""
import concurrent.futures
import json
import os
import subprocess
import time

import pytest

from conftest import AEGIS, TENANT, exchange, free_port, run
from faults import provoke
from stores import AWS, CALL, S3, WIRE, Publisher

AGENT = CALL[1]


@pytest.fixture(scope="module")
def s3(tmp_path_factory):
    store = S3(tmp_path_factory.mktemp("s3"))
    yield store
    store.close()
    assert store.door.forged == []


@pytest.fixture
def publisher(tmp_path):
    return Publisher(tmp_path)


def switch(publisher, state, store, agent=AGENT, *more, key=None, check=True):
    return run("agents", state, agent, "--tenant", TENANT, "--store", store, "--key", key or publisher.signing, "--json", *more,
               env=AWS, check=check)


def decision(gateway):
    return gateway.decide(*CALL, request=WIRE)[2]


def is_off(gateway):
    return decision(gateway)["decision_reason"]["code"] == "agent_disabled"


def heard(gateways, is_stopped, started):
    """Waits until every gateway has heard, and says how long that took."""
    for gateway in gateways:
        gateway.wait(lambda: is_off(gateway) == is_stopped)
    took = time.monotonic() - started
    print(f"{'disabled' if is_stopped else 'enabled'} on {len(gateways)} gateways after {took:.2f} s")


def switches(gateway):
    return [record["detail"] | {"agent": record.get("agent_id")} for record in gateway.records() if record["kind"] == "config"]


def metric(port, name):
    lines = exchange(port, "GET", "/metrics")[2].splitlines()
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name)}


@pytest.mark.parametrize("kind", ["file", "s3"])
def test_one_switch_stops_an_agent_on_every_gateway_of_a_store(publisher, tmp_path, request, kind):
    if kind == "s3":
        s3 = request.getfixturevalue("s3")
        bucket = s3.bucket("switch")
        store = f"s3://{bucket}?endpoint={s3.endpoint}"
    else:
        store = f"file://{tmp_path}/store"
    publisher.push(1, store)
    metrics = free_port()
    gateways = [publisher.follow(tmp_path / "gw-0", store, "--metrics", f"127.0.0.1:{metrics}"), publisher.follow(tmp_path / "gw-1", store)]
    first = gateways[0]
    try:
        assert not any(is_off(gateway) for gateway in gateways)
        done = json.loads(switch(publisher, "disable", store, AGENT, "--reason", "pays the wrong people").stdout)
        started = time.monotonic()
        assert (done["state"], done["changed"], done["signed_by"]) == ("disabled", True, "policy-signing")
        heard(gateways, True, started)
        denied = decision(first)
        provoke("agent-disabled-everywhere", denied)
        assert denied["decision_reason"]["message"] == f"the agent `{AGENT}` is switched off: pays the wrong people"
        for gateway in gateways:
            gateway.wait(lambda: switches(gateway))
            told = switches(gateway)[-1]
            assert (told["event"], told["agent"], told["via"], told["source"]) == ("agent_disabled", AGENT, "list", store)
            assert told["reason"] == "pays the wrong people" and told["signed_by"] == "policy-signing" and told["by"]
        assert json.loads(switch(publisher, "disable", store).stdout)["changed"] is False
        # One gateway alone does not revive what is off on all.
        alone = run("agents", "enable", AGENT, "--tenant", TENANT, "--data-dir", first.data, check=False)
        assert alone.returncode == 1 and "stays off: " in alone.stderr, alone
        listed = json.loads(run("agents", "list", "--tenant", TENANT, "--store", store, "--trust", publisher.trust, "--json", env=AWS).stdout)
        assert {row["name"]: row["state"] for row in listed}[AGENT] == "disabled"

        # Restarted while nobody answers it is as it was.
        if kind == "s3":
            s3.door.fault = "gone"
        else:
            os.rename(tmp_path / "store", tmp_path / "away")
        first.stop()
        first.start(True, "--tenant", TENANT, "--metrics", f"127.0.0.1:{metrics}")
        provoke("stops-unreadable", decision(first))
        for gateway in gateways:
            gateway.wait(lambda: "what is switched off stays so" in (gateway.home / "aegis.log").read_text())
        if kind == "s3":
            s3.door.fault = None
        else:
            os.rename(tmp_path / "away", tmp_path / "store")

        started = time.monotonic()
        switch(publisher, "enable", store, AGENT, "--reason", "fixed")
        heard(gateways, False, started)
        # A switch is recorded after it has taken effect.
        gateways[1].wait(lambda: [told["event"] for told in switches(gateways[1]) if told["agent"] == AGENT] == ["agent_disabled", "agent_enabled"])
        if kind == "file":
            refused_lists(publisher, store, tmp_path / "store" / TENANT / "stops", gateways, metrics)
        assert metric(metrics, "aegis_agent_stops_read_age_seconds")[f'aegis_agent_stops_read_age_seconds{{tenant="{TENANT}"}}'] < 60
    finally:
        if kind == "s3":
            s3.door.fault = None
        for gateway in gateways:
            gateway.stop()
    assert all(gateway.verify().returncode == 0 for gateway in gateways)


def refused_lists(publisher, store, place, gateways, metrics):
    """Whoever can write to the store, and no more, changes nothing; each attempt is told."""
    enabled = place.read_bytes()
    switch(publisher, "disable", store)
    heard(gateways, True, time.monotonic())
    disabled = place.read_bytes()
    run("keys", "generate", "mallory", "--out", publisher.home / "keys")
    for refused, content in [
        ("bundle.stops-older", enabled),  # by the right key, and old
        ("bundle.key-untrusted", forged(publisher, store, "mallory")),
        ("bundle.signature-invalid", disabled[:-8] + b"AAAAAAA\n"),
        ("bundle.stops-invalid", b"<html>not what you want</html>"),
        ("store.corrupt", b"x" * (5 << 20)),
        ("bundle.stops-missing", None),
    ]:
        replace(place, content)
        for gateway in gateways:
            gateway.wait(lambda: refused in (gateway.home / "aegis.log").read_text(), 20)
            provoke("stops-rejected", decision(gateway))
        gateways[0].wait(lambda: any(refused in line for line in metric(metrics, "aegis_agent_stops_rejected_total")))
    def told():
        return [detail["code"] for detail in switches(gateways[1]) if detail["event"] == "agent_stops_rejected"]

    gateways[1].wait(lambda: len(told()) == 7)
    assert told() == ["bundle.stops-missing", "bundle.stops-older", "bundle.key-untrusted", "bundle.signature-invalid",
                      "bundle.stops-invalid", "store.corrupt", "bundle.stops-missing"], told()
    # A list that is begun anew, by one who may, revives whom it names and nobody else.
    switch(publisher, "disable", store, "llm-agent")
    for gateway in gateways:
        gateway.wait(lambda: switches(gateway)[-1]["agent"] == "llm-agent")
        assert is_off(gateway)
    switch(publisher, "enable", store)
    heard(gateways, False, time.monotonic())


def forged(publisher, store, name):
    """A list by another key, made in a store of its own."""
    home = publisher.home / "forgery"
    run("bundles", "push", publisher.home / "bundle-1.tar.gz", "--store", f"file://{home}", "--key", publisher.signing)
    run("agents", "disable", AGENT, "--tenant", TENANT, "--store", f"file://{home}", "--key", publisher.home / f"keys/{name}.pem")
    run("agents", "enable", AGENT, "--tenant", TENANT, "--store", f"file://{home}", "--key", publisher.home / f"keys/{name}.pem")
    return (home / TENANT / "stops").read_bytes()


def replace(place, content):
    if content is None:
        return place.unlink()
    temporary = place.with_suffix(".tmp")
    temporary.write_bytes(content)
    temporary.replace(place)


def test_one_click_in_the_control_plane_stops_an_agent_on_every_gateway(publisher, tmp_path):
    """The control plane has the store and an operator's key; the gateways have a key for its bundle service, and the trust root."""
    keys, trust, data = publisher.home / "keys", tmp_path / "trust-root.json", tmp_path / "control"
    for name in ("root", "control"):
        run("keys", "generate", name, "--out", keys)
    run("keys", "trust", "init", trust, "--root", keys / "root.pem", "--without-reviews")
    run("keys", "trust", "add", trust, publisher.trust, "--person", "paul", "--role", "publisher", "--root", keys / "root.pem")
    run("keys", "trust", "add", trust, keys / "control.pub.pem", "--person", "control-plane", "--role", "operator", "--root", keys / "root.pem")
    publisher.trust = trust
    store, listen = f"file://{tmp_path}/store", free_port()
    publisher.push(1, store)

    def issue(name, *more):
        return json.loads(run("keys", "issue", name, "--tenant", TENANT, "--data-dir", data, "--json", *more).stdout)["api_key"]

    token, olga = issue("gw", "--grant", "bundles"), {"x-aegis-api-key": issue("olga", "--person", "--role", "operator")}
    command = ["control", "--data-dir", data, "--bundle-service", store, "--listen", f"127.0.0.1:{listen}", "--trust", trust]
    # A key that no gateway would believe is no switch.
    refused = run(*command, "--switch-key", publisher.home / "keys/root.pem", check=False)
    assert refused.returncode == 2 and "the key `root` of --switch-key is none of --trust" in refused.stderr
    log = open(tmp_path / "control.log", "wb")
    control = subprocess.Popen([str(AEGIS), *map(str, command), "--switch-key", str(keys / "control.pem")], stdout=log, stderr=log)
    gateways = []

    def put(state, reason):
        path = f"/v1/tenants/{TENANT}/agents/{AGENT}/switch"
        return exchange(listen, "PUT", path, {"state": state, "reason": reason}, olga)

    try:
        service = f"http://127.0.0.1:{listen}/v1/bundles/{TENANT}"
        for n in range(2):
            gateways.append(publisher.follow(tmp_path / f"gw-{n}", service, env={"AEGIS_BUNDLE_TOKEN": token}))
        # Without its keys nobody reads the list.
        assert exchange(listen, "GET", f"/v1/bundles/{TENANT}/stops")[0] == 401
        assert exchange(listen, "GET", "/v1/bundles/globex/stops", headers={"authorization": f"Bearer {token}"})[0] == 403
        assert exchange(listen, "GET", f"/v1/bundles/{TENANT}/stops", headers={"authorization": f"Bearer {token}"})[0] == 204
        started = time.monotonic()
        status, headers, agent = put("disabled", "pays the wrong people")
        assert status == 200, agent
        assert (agent["state"], agent["switch_reaches"], agent["changed_by"]) == ("disabled", "all_gateways", f"{TENANT}/olga")
        heard(gateways, True, started)
        gateways[1].wait(lambda: switches(gateways[1]))  # recorded after it has taken effect
        assert switches(gateways[1])[-1]["by"] == f"{TENANT}/olga" and switches(gateways[1])[-1]["signed_by"] == "control"
        started = time.monotonic()
        again = put("enabled", "fixed")
        assert again[2]["state"] == "enabled" and again[1]["etag"] != headers["etag"]
        heard(gateways, False, started)
        # A store that cannot be written: it holds here, the caller is told so, and the same again finishes it.
        place = tmp_path / "store" / TENANT
        place.rename(tmp_path / "aside")
        place.write_text("no folder")
        status, _, problem = put("disabled", "again")
        assert (status, problem["code"]) == (503, "switch_not_shared"), problem
        place.unlink()
        (tmp_path / "aside").rename(place)
        started = time.monotonic()
        assert put("disabled", "again")[0] == 200
        heard(gateways, True, started)
        control.terminate()
        control.wait(20)
        gateways[0].stop()
        gateways[0].start(True, "--tenant", TENANT)
        assert is_off(gateways[0])
    finally:
        for gateway in gateways:
            gateway.stop()
        control.terminate()
        control.wait(20)


def test_switches_that_reach_nobody_are_no_switches(publisher, tmp_path):
    store = f"file://{tmp_path}/store"
    publisher.push(1, store)
    keys = publisher.home / "keys"
    for name in ("ann", "rita", "root"):
        run("keys", "generate", name, "--out", keys)
    trust, root = tmp_path / "trust-root.json", ("--root", keys / "root.pem")
    run("keys", "trust", "init", trust, "--without-reviews", *root)
    run("keys", "trust", "add", trust, keys / "ann.pub.pem", "--person", "ann", "--role", "operator", *root)
    run("keys", "trust", "add", trust, keys / "rita.pub.pem", "--person", "rita", "--role", "reviewer", *root)
    ann, rita = ("--key", keys / "ann.pem", "--trust", trust), ("--key", keys / "rita.pem", "--trust", trust)

    def disable(*arguments, agent=AGENT, at=store, tenant=("--tenant", TENANT)):
        return run("agents", "disable", agent, *tenant, "--store", at, *arguments, check=False)

    for done, status, told in [
        (disable(*ann, agent="finance-agnet"), 1, "there is no agent `finance-agnet` in the latest policies of `acme`; nothing was switched"),
        (disable(*ann, tenant=()), 2, "a store holds the agents of many tenants"),
        (disable(*ann, at=f"file://{tmp_path}/empty"), 1, "no policies are published for `acme`"),
        (disable("--trust", trust), 2, "nobody signs"),
        (disable(*rita), 3, "whose holder is neither operator nor publisher [bundle.key-role]"),
        (disable("--key", publisher.signing, "--trust", trust), 1, "the key `policy-signing` is none of --trust"),
    ]:
        assert done.returncode == status and told in done.stderr, done
    assert "did you mean `finance-agent`?" in disable(*ann, agent="finance-agnet").stderr
    assert not (tmp_path / "store" / TENANT / "stops").exists()
    disable(*ann)
    # What others signed is not signed again unread.
    stranger = disable("--key", publisher.signing, agent="llm-agent")
    assert stranger.returncode == 1 and "somebody else signed the list of switched agents that is there; nothing was switched" in stranger.stderr
    # Two operators at once lose nothing.
    agents = ["clinical-agent", "llm-agent", "research-agent", "support-agent"]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        assert all(done.returncode == 0 for done in pool.map(lambda agent: disable(*ann, agent=agent), agents))
    listed = json.loads(run("agents", "list", "--tenant", TENANT, "--store", store, "--trust", trust, "--json").stdout)
    assert {row["name"] for row in listed if row["state"] == "disabled"} == {AGENT, *agents}
    # What nobody trusted wrote stands in nobody's way.
    (tmp_path / "store" / TENANT / "stops").write_text("rubbish")
    after = run("agents", "enable", AGENT, "--tenant", TENANT, "--store", store, *ann)
    assert "warning: the list that was there counts for nothing and was replaced: it is no signed list" in after.stderr

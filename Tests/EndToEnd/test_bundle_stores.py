"""Bundles get from a publisher to gateways through S3, GCS, a folder and the bundle service, and nothing on the way is trusted."""
import concurrent.futures
import http.client
import http.server
import json
import os
import shutil
import subprocess
import threading
import time

import pytest

from conftest import AEGIS, TENANT, exchange, free_port, run
from stores import AWS, CALL, GCS, S3, WIRE, Door, Publisher

@pytest.fixture(scope="module")
def s3(tmp_path_factory):
    store = S3(tmp_path_factory.mktemp("s3"))
    yield store
    store.close()
    assert store.door.forged == []


@pytest.fixture(scope="module")
def gcs(tmp_path_factory):
    store = GCS(tmp_path_factory.mktemp("gcs"))
    yield store
    store.close()


@pytest.fixture
def publisher(tmp_path):
    """Builds and pushes bundles."""
    return Publisher(tmp_path)


@pytest.mark.parametrize("bucket, prefix", [("plain", ""), ("encoded", "/a%20b+c/%C3%A9~x")])
def test_s3_from_push_to_enforced_and_on(s3, publisher, tmp_path, bucket, prefix):
    store = f"s3://{s3.bucket(bucket)}{prefix}?endpoint={s3.endpoint}"
    pushed = json.loads(publisher.push(1, store).stdout)
    assert pushed["version"] == 1 and pushed["digest"].startswith("sha256:")
    gateway = publisher.follow(tmp_path / "gw", store, "--poll", "1s")
    try:
        assert gateway.decide(*CALL, request=WIRE)[2]["policy_version"] == pushed["policy_version"]
        publisher.push(2, store)
        gateway.wait(lambda: gateway.active() == "acme/2")
        # The pointer is asked for with its ETag, so that a poll without news costs nothing.
        gateway.wait(lambda: any("if-none-match" in headers for method, path, headers in s3.door.requests if path.split("?")[0].endswith("/latest")))
    finally:
        gateway.stop()
    listed = json.loads(run("bundles", "list", "--store", store, "--tenant", TENANT, "--trust", publisher.trust, "--json", env=AWS).stdout)
    assert listed["versions"] == [1, 2] and listed["latest"] == 2


def test_gcs_from_push_to_enforced_and_back(gcs, publisher, tmp_path):
    store = f"gs://{gcs.bucket('bundles')}/prod?endpoint={gcs.endpoint}"
    publisher.push(1, store)
    gateway = publisher.follow(tmp_path / "gw", store, "--poll", "1s")
    try:
        publisher.push(2, store)
        gateway.wait(lambda: gateway.active() == "acme/2")
        run("bundles", "rollback", "--store", store, "--tenant", TENANT, "--to", "1", "--reason", "2 denies payroll", "--without-history", "--key", publisher.signing)
        gateway.wait(lambda: gateway.active() == "acme/1")
        gateway.wait(lambda: "reason" in gateway.events()[-1])  # recorded after it has taken effect
        assert gateway.events()[-1]["reason"] == "2 denies payroll" and gateway.events()[-1]["rolled_back_from"] == "2"
    finally:
        gateway.stop()


def test_two_publishers_at_once_lose_nothing(s3, publisher):
    store = f"s3://{s3.bucket('race')}?endpoint={s3.endpoint}"
    publisher.push(1, store)
    bundles = []
    for author in range(6):
        bundle = publisher.home / f"race-{author}.tar.gz"
        run("policy", "build", publisher.policies, "-o", bundle, "--key", publisher.signing, "--tenant", TENANT, "--version", 2, "--author", f"author-{author}")
        bundles.append(bundle)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        done = list(pool.map(lambda b: run("bundles", "push", b, "--store", store, "--key", publisher.signing, "--json", env=AWS, check=False), bundles))
    won = [d for d in done if d.returncode == 0]
    assert len(won) == 1, [d.stderr for d in done]
    assert all("version 2 is published already with another content [store.version-exists]" in d.stderr for d in done if d.returncode)
    listed = json.loads(run("bundles", "list", "--store", store, "--tenant", TENANT, "--trust", publisher.trust, "--json", env=AWS).stdout)
    assert listed["latest"] == 2 and listed["digest"] == json.loads(won[0].stdout)["digest"]


def test_a_store_that_fails_in_every_way_leaves_the_last_bundle_serving_and_heals(s3, publisher, tmp_path):
    store = f"s3://{s3.bucket('faults')}?endpoint={s3.endpoint}"
    publisher.push(1, store)
    gateway = publisher.follow(tmp_path / "gw", store, "--poll", "1s")
    try:
        for fault, word in [("gone", "nobody answers"), ("500", "status 500"), ("garbage", "damaged")]:
            s3.door.fault = fault
            gateway.wait(lambda: word in json.dumps(gateway.tenant().get("source", {})) + json.dumps(gateway.tenant().get("rejected", {})))
            assert gateway.decide(*CALL, request=WIRE)[2]["policy_version"].startswith("acme/1@")
        # A restart while it is gone serves the last good bundle.
        s3.door.fault = "gone"
        gateway.stop()
        gateway.start(True, "--tenant", TENANT, "--poll", "1s")
        assert gateway.decide(*CALL, request=WIRE)[2]["policy_version"].startswith("acme/1@")
        # News that comes in half is no news; the next poll heals, however slow it is.
        s3.door.fault = "cut"
        publisher.push(2, f"s3://faults?endpoint=http://127.0.0.1:{s3.moto.port}")
        gateway.wait(lambda: "nobody answers: " in gateway.tenant().get("source", {}).get("unavailable_because", ""), 60)
        assert gateway.active() == "acme/1"
        s3.door.fault = "slow"
        gateway.wait(lambda: gateway.active() == "acme/2", 90)
    finally:
        s3.door.fault = None
        gateway.stop()
    events = [event["event"] for event in gateway.events()]
    assert "source_unavailable" in events and "source_answers" in events


def test_a_publisher_that_died_between_bundle_and_pointer_is_finished_by_the_next_push(s3, publisher, tmp_path):
    store = f"s3://{s3.bucket('crash')}?endpoint={s3.endpoint}"
    publisher.push(1, store)
    gateway = publisher.follow(tmp_path / "gw", store, "--poll", "1s")
    try:
        # As after a publisher that stopped when the bundle was there and the pointer was not.
        publisher.build(2, out=publisher.home / "bundle-2.tar.gz")
        connection = http.client.HTTPConnection("127.0.0.1", s3.moto.port, timeout=30)
        connection.request("PUT", "/crash/acme/bundle-2.tar.gz", (publisher.home / "bundle-2.tar.gz").read_bytes(),
                           {"authorization": "AWS4-HMAC-SHA256 Credential=A/20261123/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=0"})
        assert connection.getresponse().status == 200
        time.sleep(2.5)
        assert gateway.active() == "acme/1"
        publisher.push(2, store)
        gateway.wait(lambda: gateway.active() == "acme/2")
    finally:
        gateway.stop()


def test_publish_to_enforced_by_long_poll(publisher, tmp_path):
    """Through the bundle service: the control plane follows its store, two gateways wait at it."""
    store = f"file://{tmp_path}/store"
    publisher.push(1, store)
    control = publisher.follow(tmp_path / "control", store, "--bundle-service", store)
    token = json.loads(run("keys", "issue", "gw", "--tenant", TENANT, "--grant", "bundles", "--data-dir", control.data, "--json").stdout)["api_key"]
    service = f"http://127.0.0.1:{control.api}/v1/bundles/{TENANT}"
    gateways = []
    try:
        # While nobody gives them a token they say so, and are not ready.
        stranger = publisher.follow(tmp_path / "gw-0", service, env={"AEGIS_BUNDLE_TOKEN": ""}, wait_ready=False)
        gateways.append(stranger)
        stranger.wait(lambda: "refuses this gateway: status 401" in json.dumps(stranger.tenant().get("source", {})))
        for n in (1, 2):
            gateways.append(publisher.follow(tmp_path / f"gw-{n}", service, env={"AEGIS_BUNDLE_TOKEN": token}))
        took = []
        for version in range(2, 5):
            publisher.build(version, out=publisher.home / f"bundle-{version}.tar.gz")
            started = time.monotonic()
            publisher.push(version, store)
            pushed = time.monotonic()
            for gateway in gateways[1:]:
                gateway.wait(lambda: gateway.active() == f"acme/{version}", 20)
            took.append((pushed - started, time.monotonic() - pushed))
        print("push, then enforced on two gateways, seconds:", took)
        word = gateways[1].tenant()["last_word_at"]
        time.sleep(1)
        run("bundles", "renew", "--store", store, "--tenant", TENANT, "--key", publisher.signing)
        gateways[1].wait(lambda: gateways[1].tenant()["last_word_at"] > word, 60)
    finally:
        for gateway in gateways:
            gateway.stop()
        control.stop()


def test_the_bundle_service_speaks_as_opa_expects(publisher, tmp_path):
    store = f"file://{tmp_path}/store"
    pushed = json.loads(publisher.push(1, store).stdout)
    control = publisher.follow(tmp_path / "control", store, "--bundle-service", store)
    control.keys["gw"] = json.loads(run("keys", "issue", "gw", "--tenant", TENANT, "--grant", "bundles", "--data-dir", control.data, "--json").stdout)["api_key"]
    path = f"/v1/bundles/{TENANT}"
    bearer = {"authorization": f"Bearer {control.keys['gw']}"}
    try:
        control.wait(lambda: exchange(control.api, "GET", path, headers=bearer)[0] != 401)
        connection = http.client.HTTPConnection("127.0.0.1", control.api, timeout=60)

        def ask(**headers):
            connection.request("GET", path, headers={**bearer, "accept-encoding": "gzip", **{k.replace("_", "-"): v for k, v in headers.items()}})
            response = connection.getresponse()
            return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()

        status, headers, body = ask(prefer="modes=snapshot,delta;wait=1")
        assert status == 200 and headers["etag"] == f'"{pushed["digest"]}"'
        assert headers["content-type"] == "application/vnd.openpolicyagent.bundles" and "content-encoding" not in headers
        assert body == (publisher.home / "bundle-1.tar.gz").read_bytes()
        started = time.monotonic()
        status, headers, body = ask(prefer="modes=snapshot,delta;wait=1", if_none_match=headers["etag"])
        assert status == 304 and body == b"" and headers["etag"] == f'"{pushed["digest"]}"'
        assert time.monotonic() - started >= 0.9
        assert headers["content-type"] == "application/vnd.openpolicyagent.bundles" and headers["aegis-bundle-pointer"].count(".") == 2
        # Without a wish to wait there is no waiting, and the type does not promise any.
        status, headers, _ = ask(if_none_match=headers["etag"])
        assert status == 304 and headers["content-type"] == "application/gzip"
        assert ask(if_none_match='"sha256:old"')[0] == 200
        # Nobody else's bundles, and not for every key.
        assert exchange(control.api, "GET", "/v1/bundles/globex", headers=bearer)[0] == 403
        assert exchange(control.api, "GET", path)[0] == 401
        status, _, problem = exchange(control.api, "GET", path, headers={"x-aegis-api-key": control.keys["finance-1"]})
        assert status == 403 and problem["detail"] == "it takes a key of the tenant with the grant `bundles`"
    finally:
        control.stop()


def test_a_gateway_takes_bundles_of_any_server_with_etags(publisher, tmp_path):
    """As a web server hands them out: no pointer, no long polling."""
    state = {"bundle": b"", "tag": '"1"'}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            same = self.headers.get("if-none-match") == state["tag"]
            self.send_response(304 if same else 200)
            self.send_header("etag", state["tag"])
            self.send_header("content-length", "0" if same else str(len(state["bundle"])))
            self.end_headers()
            if not same:
                self.wfile.write(state["bundle"])

        def log_message(self, *_):
            pass

    publisher.build(1)
    state["bundle"] = publisher.bundle.read_bytes()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    gateway = publisher.follow(tmp_path / "gw", f"http://127.0.0.1:{server.server_address[1]}/acme.tar.gz", "--poll", "1s")
    try:
        publisher.build(2)
        state.update(bundle=publisher.bundle.read_bytes(), tag='"2"')
        gateway.wait(lambda: gateway.active() == "acme/2")
    finally:
        gateway.stop()
        server.shutdown()


def test_stale_policies_deny_where_the_tenant_says_so(publisher, tmp_path):
    policies = tmp_path / "policies"
    shutil.copytree(publisher.policies, policies)
    (policies / "tenant.yaml").write_text("aegis: v1\nkind: Tenant\nname: acme\nstale_after: 1h\nwhen_stale: deny\n")
    publisher.policies = policies
    old = {**AWS, "SOURCE_DATE_EPOCH": str(int(time.time()) - 7200)}
    bundle = publisher.home / "bundle-old.tar.gz"
    run("policy", "build", policies, "-o", bundle, "--key", publisher.signing, "--tenant", TENANT, "--version", 1, env=old)
    stale = f"file://{tmp_path}/stale"
    run("bundles", "push", bundle, "--store", stale, "--key", publisher.signing, env=old)
    gateway = publisher.follow(tmp_path / "gw-2", stale, wait_ready=False)
    try:
        gateway.wait(lambda: gateway.tenant().get("stale") == "deny")
        assert gateway.status("/readyz") == 503
        answer = gateway.decide(*CALL, request=WIRE)[2]
        assert answer["decision"] == "deny" and answer["decision_reason"]["code"] == "bundle_stale", answer
        run("bundles", "renew", "--store", stale, "--tenant", TENANT, "--key", publisher.signing)
        gateway.wait(lambda: gateway.status("/readyz") == 200)
        assert gateway.decide(*CALL, request=WIRE)[2]["decision"] == "allow"
        gateway.wait(lambda: [e["event"] for e in gateway.events()] == ["activated", "stale", "fresh"])
    finally:
        gateway.stop()


@pytest.mark.parametrize("arguments, message", [
    (["--bundle", "s3://acme", "--trust", "K"], "a store holds the bundles of many tenants"),
    (["--bundle", "ftp://acme/x", "--trust", "K", "--tenant", "acme"], "ftp://acme/x: this is no address of a store"),
    (["--bundle", "s3://acme?regio=x", "--trust", "K", "--tenant", "acme"], "the option `regio` is unknown; known are region, endpoint, style"),
    (["--bundle", "http://control.acme.example/v1/bundles/acme", "--trust", "K", "--tenant", "acme"], "this is no https address of a bundle service"),
    (["--bundle", "x.tar.gz", "--trust", "K", "--poll", "0s"], "--poll `0s` is no pause"),
    (["--bundle", "x.tar.gz"], "--bundle needs a key that may have signed it"),
])
def test_settings_that_cannot_work_stop_the_start(publisher, arguments, message):
    arguments = [str(publisher.trust) if a == "K" else a for a in arguments]
    done = run("serve", *arguments, "--data-dir", publisher.data, env={"AWS_EC2_METADATA_DISABLED": "true"}, check=False)
    assert done.returncode == 2 and message in done.stderr, done.stderr


def test_a_control_plane_alone_hands_out_the_bundles_of_many_tenants_to_one_gateway(s3, publisher, tmp_path):
    """Each tenant's bundle service is asked with that tenant's key, and no key opens another tenant's."""
    store = f"s3://{s3.bucket('many')}?endpoint={s3.endpoint}"
    listen, data = free_port(), tmp_path / "control"

    def push(tenant, version):
        bundle = tmp_path / f"{tenant}-{version}.tar.gz"
        run("policy", "build", publisher.policies, "-o", bundle, "--key", publisher.signing, "--tenant", tenant, "--version", version)
        run("bundles", "push", bundle, "--store", store, "--key", publisher.signing, env=AWS)

    tenants, tokens, document = ("acme", "globex"), {}, "aegis: v1\nkind: Tenants\ntenants:\n"
    for tenant in tenants:
        push(tenant, 1)
        tokens[tenant] = json.loads(run("keys", "issue", "gw", "--tenant", tenant, "--grant", "bundles", "--data-dir", data, "--json").stdout)["api_key"]
        (tmp_path / f"{tenant}.token").write_text(tokens[tenant] + "\n")
        document += f"  - {{name: {tenant}, bundle: 'http://127.0.0.1:{listen}/v1/bundles/{tenant}', trust: [{publisher.trust}], bundle_token: {{file: {tenant}.token}}}}\n"
    (tmp_path / "tenants.yaml").write_text(document)
    commands = {"control": ["control", "--data-dir", data, "--bundle-service", store, "--histories", f"{store.replace('?', '/history?')}", "--listen", f"127.0.0.1:{listen}"],
                "gateway": ["serve", "--tenants", tmp_path / "tenants.yaml", "--data-dir", tmp_path / "gw", "--listen", f"127.0.0.1:{free_port()}", "--grpc", "off"]}
    logs, processes = {name: tmp_path / f"{name}.log" for name in commands}, []

    def wait(name, text):
        deadline = time.monotonic() + 60
        while text not in logs[name].read_text():
            assert time.monotonic() < deadline and all(p.poll() is None for p in processes), {n: log.read_text()[-2000:] for n, log in logs.items()}
            time.sleep(0.05)

    try:
        for name, command in commands.items():
            with open(logs[name], "wb") as log:
                processes.append(subprocess.Popen([str(AEGIS), *map(str, command)], stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **AWS}))
            wait("control", "control plane on port")
        for version in (1, 2):
            for tenant in tenants:
                if version > 1:
                    push(tenant, version)
                wait("gateway", f"policy_version={tenant}/{version}@")
        for key, other in (("acme", "globex"), ("globex", "acme")):
            assert exchange(listen, "GET", f"/v1/bundles/{other}", headers={"authorization": f"Bearer {tokens[key]}"})[0] == 403
        assert exchange(listen, "GET", "/v1/bundles/acme")[0] == 401
        # Histories lie in the store, too; an author sends one there over this control plane.
        author = json.loads(run("keys", "issue", "maria", "--person", "--tenant", "acme", "--role", "author", "--role", "publisher", "--data-dir", data, "--json").stdout)["api_key"]
        run("keys", "generate", "root", "--out", tmp_path / "keys")
        run("keys", "generate", "maria", "--out", tmp_path / "keys")
        trust, signed = tmp_path / "trust-root.json", ("--root", tmp_path / "keys/root.pem")
        run("keys", "trust", "init", trust, *signed)
        run("keys", "trust", "add", trust, tmp_path / "keys/maria.pub.pem", "--person", "maria", "--role", "author", *signed)
        environment = {"AEGIS_API_KEY": author, "AEGIS_HISTORY": f"http://127.0.0.1:{listen}", "AEGIS_TENANT": "acme", "AEGIS_TRUST": str(trust)}
        deadline = time.monotonic() + 30
        while exchange(listen, "GET", "/v1/tenants/acme/policy/events", headers={"authorization": f"Bearer {author}"})[0] == 401:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        run("policy", "propose", publisher.policies, "--title", "First", "--key", tmp_path / "keys/maria.pem", env=environment)
        assert not (data / "policy-history").exists()
        history = run("policy", "history", env={**AWS, "AEGIS_HISTORY": store.replace("?", "/history?"), "AEGIS_TENANT": "acme"})
        assert "First" in history.stdout
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(20)

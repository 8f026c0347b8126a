"""A real `aegis serve` on free loopback ports, with a signed bundle built from policies, for each test module that wants one."""
import http.client
import itertools
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
AEGIS = pathlib.Path(os.environ.get("AEGIS_BINARY", ROOT / ".build/debug/aegis"))
ENVOY = pathlib.Path(os.environ.get("AEGIS_ENVOY", ROOT / ".venv/bin/envoy"))
FIRST_LIGHT = ROOT / "examples/first-light/policies"
TENANT = "acme"


# The kernel takes the ports of outgoing connections from 32768 up: below that, a port that is free now still is when a server starts.
# Each process of a run in several has ports of its own.
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
_ports = itertools.cycle(range(20000 + 3000 * (_worker % 4), 23000 + 3000 * (_worker % 4)))


def free_port():
    for port in _ports:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
        return True
    except OSError:
        return False


def run(*arguments, env=None, check=True, cwd=None):
    done = subprocess.run([str(AEGIS), *map(str, arguments)], capture_output=True, text=True, timeout=120, cwd=cwd,
                          env={**os.environ, **(env or {})})
    assert not check or done.returncode == 0, f"aegis {' '.join(map(str, arguments))}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def exchange(port, method, path, body=None, headers=None):
    """One HTTP exchange: status, headers (lower-case names), JSON body (or text)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
    headers = {**({"content-type": "application/json"} if data is not None else {}), **(headers or {})}
    try:
        connection.request(method, path, data, headers)
        response = connection.getresponse()
        raw = response.read()
    finally:
        connection.close()
    try:
        value = json.loads(raw) if raw else {}
    except ValueError:
        value = raw.decode(errors="replace")
    return response.status, {key.lower(): text for key, text in response.getheaders()}, value


class Gateway:
    """One data directory, its keys and bundle, and the server that runs on them."""

    output = None  # where standard output goes, if not to the log

    def __init__(self, home, policies=FIRST_LIGHT):
        self.home, self.policies = pathlib.Path(home), policies
        self.data = self.home / "data"
        self.bundle = self.home / "bundle.tar.gz"
        self.signing = self.home / "keys/policy-signing.pem"
        self.trust = self.home / "keys/policy-signing.pub.pem"
        self.api, self.grpc = free_port(), free_port()
        self.keys = {}
        self.process = None
        run("keys", "generate", "policy-signing", "--out", self.home / "keys")
        self.build(1)

    def build(self, version, out=None, policies=None, tenant=TENANT, key=None):
        """Builds beside the bundle and renames it into place, as a deployment would."""
        out = out or self.bundle
        temporary = out.with_suffix(".new")
        run("policy", "build", policies or self.policies, "-o", temporary, "--key", key or self.signing,
            "--tenant", tenant, "--version", version)
        temporary.replace(out)

    def issue(self, key_id, *arguments):
        done = run("keys", "issue", key_id, "--tenant", TENANT, "--data-dir", self.data, "--json", *arguments)
        self.keys[key_id] = json.loads(done.stdout)["api_key"]
        return self.keys[key_id]

    def start(self, wait_ready=True, *arguments, env=None):
        self.log = open(self.home / "aegis.log", "ab")
        # Tests count records: none comes by itself, however long a test takes.
        self.process = subprocess.Popen(
            [str(AEGIS), "serve", "--data-dir", str(self.data), "--bundle", str(self.bundle), "--trust", str(self.trust),
             "--listen", f"127.0.0.1:{self.api}", "--grpc", f"127.0.0.1:{self.grpc}", *map(str, arguments)],
            stdout=self.output or self.log, stderr=self.log, env={"AEGIS_HEARTBEAT": "1h", **os.environ, **(env or {})})
        # The ports are bound side by side: the API may answer before the others do.
        metrics = [int(str(value).rpartition(":")[2]) for option, value in zip(arguments, arguments[1:]) if option == "--metrics"]
        self.wait(lambda: self.status("/readyz" if wait_ready else "/healthz") == 200 and all(map(listens, [self.grpc, *metrics])))
        return self

    def wait(self, ready, seconds=30):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process is None or self.process.poll() is None, (self.home / "aegis.log").read_text()[-3000:]
            if ready():
                return
            time.sleep(0.02)
        raise AssertionError("not within %d s; log:\n%s" % (seconds, (self.home / "aegis.log").read_text()[-3000:]))

    def status(self, path):
        try:
            return exchange(self.api, "GET", path)[0]
        except OSError:
            return None

    def stop(self, how=signal.SIGTERM):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(20)
        self.process = None

    def decide(self, key_id, agent, tool, parameters, **more):
        headers = {"x-aegis-api-key": self.keys[key_id]} if key_id else {}
        return exchange(self.api, "POST", "/v1/decisions",
                        {"agent": {"id": agent}, "tool": {"name": tool}, "parameters": parameters, **more}, headers)

    def records(self):
        done = run("audit", "tail", "--data-dir", self.data, "-n", "1000000", "--json")
        return [json.loads(line) for line in done.stdout.splitlines() if line]

    def verify(self):
        return run("audit", "verify", "--data-dir", self.data, check=False)


def written(home, policies, *keys):
    """A gateway whose policies are this text, with these API keys."""
    (home / "policies").mkdir()
    (home / "policies/policies.yaml").write_text(policies)
    gateway = Gateway(home, home / "policies")
    for key in keys:
        gateway.issue(key)
    return gateway


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("gateway"))
    for key_id in ("finance-1", "clinical-1", "llm-1", "research-1", "support-1"):
        gateway.issue(key_id)
    gateway.issue("maria", "--person", "--role", "treasurer")
    yield gateway.start()
    gateway.stop()


@pytest.fixture
def own(tmp_path):
    """A gateway of one test alone, with keys of two agents, to be started as the test likes."""
    gateway = Gateway(tmp_path)
    for key in ("finance-1", "llm-1"):
        gateway.issue(key)
    yield gateway
    gateway.stop()

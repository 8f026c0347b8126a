"""One gateway and two tenants whose agents, tools, policies and key ids bear the same names, each with a signing key of its own."""
import json
import os
import signal
import subprocess

from conftest import AEGIS, Gateway, exchange, free_port, run

POLICIES = """
aegis: v1
kind: Agent
name: planner
identities: [{api_key: planner-1}]
scopes: ["*"]
---
aegis: v1
kind: Agent
name: shop
owner: %(owner)s
identities: [{api_key: shop-1}]
scopes: ["*"]
accepts_from: [planner]
---
aegis: v1
kind: Tool
name: web.read
emits: [untrusted]
---
aegis: v1
kind: Tool
name: pay
parameters: {type: object, required: [amount], properties: {amount: {type: number, minimum: 0}}}
---
aegis: v1
kind: Policy
name: %(owner)s-reading
agents: ["*"]
tools: [web.read]
effect: allow
---
aegis: v1
kind: Policy
name: %(owner)s-paying
agents: ["*"]
tools: [pay]
daily_budget: $100
cost: params.amount
rules:
  - {name: small, effect: allow, when: [params.amount <= 50, 'not "untrusted" in session.labels']}
  - name: large
    effect: approval_needed
    when: [params.amount > 50]
    approval: {approvers: ["role:treasurer"], quorum: 1, expires_after: 30m}
"""


class Tenants:
    """The tenants `acme` and `globex` on one gateway, and the people of a third, `mssp`, that only administers."""

    names = ("acme", "globex")

    def __init__(self, home, region="eu"):
        self.home, self.region, self.data = home, region, home / "data"
        self.api = free_port()
        self.keys, self.process = {}, None
        for tenant in self.names:
            folder = home / tenant
            folder.mkdir()
            (folder / "all.yaml").write_text(POLICIES % {"owner": tenant})
            run("keys", "generate", f"{tenant}-signing", "--out", home / "keys")
            self.build(tenant, 1)
            for key in ("shop-1", "planner-1"):
                self.issue(tenant, key)
        (home / "tenants.yaml").write_text("aegis: v1\nkind: Tenants\ntenants:\n" + "".join(
            f"  - {{name: {tenant}, bundle: {tenant}.tar.gz, trust: [keys/{tenant}-signing.pub.pem]}}\n" for tenant in self.names))

    def build(self, tenant, version, key=None, place=None, *more):
        """A bundle for `tenant`, put where `place` (another tenant, to cross) takes its own from."""
        out = self.home / f"{tenant}.new"
        run("policy", "build", self.home / tenant, "-o", out, "--key", self.home / f"keys/{key or tenant}-signing.pem",
            "--tenant", tenant, "--version", version, *more)
        out.replace(self.home / f"{place or tenant}.tar.gz")

    def issue(self, tenant, key, *arguments):
        done = run("keys", "issue", key, "--tenant", tenant, "--data-dir", self.data, "--json", *arguments)
        self.keys[tenant, key] = json.loads(done.stdout)["api_key"]
        return self.keys[tenant, key]

    def person(self, tenant, name, *roles, more=()):
        return self.issue(tenant, name, "--person", *(word for role in roles for word in ("--role", role)), *more)

    def start(self, *arguments, ready=200):
        self.log = open(self.home / "aegis.log", "ab")
        self.process = subprocess.Popen(
            [str(AEGIS), "serve", "--data-dir", str(self.data), "--tenants", str(self.home / "tenants.yaml"),
             *(["--region", self.region] if self.region else []), "--listen", f"127.0.0.1:{self.api}", "--grpc", "off", *map(str, arguments)],
            stdout=self.log, stderr=subprocess.STDOUT, env={"AEGIS_HEARTBEAT": "1h", **os.environ})
        Gateway.wait(self, lambda: self.status("/readyz") == ready)
        return self

    def status(self, path):
        try:
            return exchange(self.api, "GET", path)[0]
        except OSError:
            return None

    def wait(self, condition, seconds=20):
        Gateway.wait(self, condition, seconds)

    def stop(self, how=signal.SIGTERM):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(20)
        self.process = None

    def ask(self, method, path, who=None, body=None, headers=None):
        """One exchange as (tenant, key id), as a key's text, or as nobody."""
        key = self.keys[who] if isinstance(who, tuple) else who
        return exchange(self.api, method, path, body, {**({"x-aegis-api-key": key} if key else {}), **(headers or {})})

    def decide(self, tenant, tool, parameters=None, key="shop-1", **more):
        return self.ask("POST", "/v1/decisions", (tenant, key), {"tool": {"name": tool}, "parameters": parameters or {}, **more})[2]

    def active(self, tenant):
        """The tenant's entry in the status, as its own agent sees it."""
        status = self.ask("GET", "/v1/status", (tenant, "shop-1"))[2]
        assert [entry["tenant"] for entry in status["tenants"]] == [tenant]
        return status["tenants"][0]

    def records(self, tenant=None):
        more = ("--tenant", tenant) if tenant else ()
        done = run("audit", "tail", "--data-dir", self.data, "-n", "100000", "--json", *more)
        return [json.loads(line) for line in done.stdout.splitlines() if line]

#!/usr/bin/env python3
"""First light: plays real calls of agents through a real Envoy and Aegis, and checks every answer.

Starts four small tool servers, Aegis and Envoy on loopback, sends the calls of the stories below over HTTP, prints what each
was answered and why, then verifies the audit trail. Exits 1 if anything differs from what is expected. `--keep` leaves all
of it running and says how to play with it.
"""
import argparse
import concurrent.futures
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import toolservers  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ENVOY_PORT, ADMIN_PORT, API_PORT, GRPC_PORT = 10000, 10001, 8181, 9191
TENANT = "acme"
AGENT_KEYS = ["finance-1", "clinical-1", "llm-1", "research-1", "support-1"]

COLOUR = sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def paint(code, text):
    return f"\033[{code}m{text}\033[0m" if COLOUR else text


def say(text):
    print(paint("1", "==> ") + text, flush=True)


class Difference(Exception):
    """Something was not as the story expects."""


class Demo:
    def __init__(self, options):
        self.aegis = str(pathlib.Path(options.aegis).resolve())
        self.envoy = str(pathlib.Path(options.envoy).absolute())
        self.keep = options.keep
        self.home = pathlib.Path(options.home).resolve()
        self.data = self.home / "data"
        self.keys = {}
        self.processes = []
        self.rows = []
        self.differences = []
        self.story_name = ""

    # Setting up ------------------------------------------------------------------------------------------------

    def run(self, *arguments, env=None, check=True):
        done = subprocess.run([self.aegis, *arguments], capture_output=True, text=True, env={**os.environ, **(env or {})})
        if check and done.returncode != 0:
            raise Difference(f"`aegis {' '.join(arguments)}` failed with {done.returncode}:\n{done.stderr or done.stdout}")
        return done

    def start(self, name, command):
        log = open(self.home / f"{name}.log", "wb")
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        self.processes.append((name, process))
        return process

    def wait_for(self, what, process, ready, seconds=20):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if process.poll() is not None:
                log = (self.home / f"{what}.log").read_text(errors="replace")[-2000:]
                raise Difference(f"{what} stopped with status {process.returncode}:\n{log}")
            if ready():
                return
            time.sleep(0.05)
        raise Difference(f"{what} was not ready within {seconds} s; see {self.home / (what + '.log')}")

    def check_ports(self):
        taken = []
        for port in [ENVOY_PORT, ADMIN_PORT, API_PORT, GRPC_PORT, *toolservers.TOOLS.values()]:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    taken.append(str(port))
        if taken:
            raise Difference(
                f"these ports are in use: {', '.join(taken)}. Is a demo still running (`make demo KEEP=1`)? Stop it with: "
                f"kill $(cat {self.home}/pids)"
            )

    def set_up(self):
        self.check_ports()
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        policies = str(HERE / "policies")
        say("policies: lint, build into a signed OPA bundle, verify")
        self.run("policy", "lint", policies)
        self.run("keys", "generate", "policy-signing", "--out", str(self.home / "keys"))
        bundle, trust = str(self.home / "bundle.tar.gz"), str(self.home / "keys/policy-signing.pub.pem")
        self.run("policy", "build", policies, "-o", bundle, "--key", str(self.home / "keys/policy-signing.pem"),
                 "--tenant", TENANT, "--version", "1")
        print("    " + self.run("policy", "verify", bundle, "--trust", trust, "--tenant", TENANT).stdout.strip().splitlines()[0])
        say("credentials: a key for each agent, and one for a treasurer")
        for key_id in AGENT_KEYS:
            issued = self.run("keys", "issue", key_id, "--tenant", TENANT, "--data-dir", str(self.data), "--json")
            self.keys[key_id] = json.loads(issued.stdout)["api_key"]
        issued = self.run("keys", "issue", "maria", "--person", "--role", "treasurer", "--tenant", TENANT,
                          "--data-dir", str(self.data), "--json")
        self.keys["maria"] = json.loads(issued.stdout)["api_key"]
        say("starting four tools and an outside host, Aegis, and Envoy")
        if self.keep:
            tools = self.start("toolservers", [sys.executable, str(HERE / "toolservers.py")])
            self.wait_for("toolservers", tools, lambda: all(listening(port) for port in toolservers.TOOLS.values()))
        else:
            toolservers.serve()
        aegis = self.start("aegis", [
            self.aegis, "serve", "--data-dir", str(self.data), "--bundle", bundle, "--trust", trust,
            "--listen", f"127.0.0.1:{API_PORT}", "--grpc", f"127.0.0.1:{GRPC_PORT}"])
        self.wait_for("aegis", aegis, lambda: get_status(API_PORT, "/readyz") == 200)
        envoy = self.start("envoy", [
            self.envoy, "-c", str(ROOT / "deploy/envoy/envoy.yaml"), "--concurrency", "1", "--log-level", "warning",
            "--disable-hot-restart"])
        self.wait_for("envoy", envoy, lambda: get_status(ADMIN_PORT, "/ready") == 200)

    def tear_down(self):
        for _, process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for name, process in reversed(self.processes):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                print(f"{name} did not stop within 10 s and was killed", file=sys.stderr)

    # Calling ---------------------------------------------------------------------------------------------------

    def through_envoy(self, key_id, method, host, path, body=None, headers=None):
        """One call of an agent to a tool, through Envoy. Returns status, headers, body and milliseconds."""
        return exchange(ENVOY_PORT, method, path, body, {
            "host": host, **({"x-aegis-api-key": self.keys[key_id]} if key_id else {}), **(headers or {})})

    def decision_api(self, key_id, body):
        return exchange(API_PORT, "POST", "/v1/decisions", body, {"x-aegis-api-key": self.keys[key_id]})

    def api_get(self, key_id, path):
        return exchange(API_PORT, "GET", path, None, {"x-aegis-api-key": self.keys[key_id]})

    # Telling ---------------------------------------------------------------------------------------------------

    def story(self, name):
        self.story_name = name
        print()
        print(paint("1", name))

    def expect(self, call, answer, status, outcome, reason=None, detail=""):
        got_status, headers, body, milliseconds = answer
        got_outcome = body.get("decision") or ("allow" if got_status < 300 else "?")
        decision_reason = body.get("decision_reason") or {}
        got_reason = decision_reason.get("code") or ""
        right = (got_status in (status if isinstance(status, tuple) else (status,)) and got_outcome == outcome
                 and (reason is None or got_reason == reason))
        shown = decision_reason.get("message") or ("the tool answered" if got_status < 300 else "")
        self.row(right, call, got_outcome, got_reason, milliseconds, shown)
        if not right:
            self.differences.append(
                f"{self.story_name}: {call}: expected {status} {outcome} {reason or ''}, got {got_status} {got_outcome} "
                f"{got_reason}: {json.dumps(body)[:400]}")
        return body

    def row(self, right, call, outcome, reason, milliseconds, message):
        mark = paint("32", "ok") if right else paint("31", "DIFFERS")
        colour = {"allow": "32", "deny": "31", "sanitize": "36", "approval_needed": "33"}.get(outcome, "0")
        latency = f"{milliseconds:7.2f} ms" if milliseconds is not None else " " * 10
        print(f"  {mark} {call:<46} {paint(colour, f'{outcome:<15}')} {reason:<22} {latency}  {message[:70]}", flush=True)
        self.rows.append((self.story_name, call, outcome, reason, milliseconds))

    def check(self, what, right, message=""):
        self.row(bool(right), what, "", "", None, message)
        if not right:
            self.differences.append(f"{self.story_name}: {what}: {message or 'not as expected'}")

    def reached(self, tool):
        return exchange(toolservers.TOOLS[tool], "GET", "/_calls", None, {})[2]


def exchange(port, method, path, body, headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
    if data is not None:
        headers = {"content-type": "application/json", **headers}
    started = time.perf_counter()
    try:
        connection.request(method, path, data, headers)
        response = connection.getresponse()
        raw = response.read()
    finally:
        milliseconds = (time.perf_counter() - started) * 1000
        connection.close()
    try:
        value = json.loads(raw) if raw else {}
    except ValueError:
        value = {"text": raw.decode(errors="replace")}
    return response.status, dict(response.getheaders()), value if isinstance(value, dict) else {"value": value}, milliseconds


def listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def get_status(port, path):
    try:
        return exchange(port, "GET", path, None, {})[0]
    except OSError:
        return None


# The stories ---------------------------------------------------------------------------------------------------

def payments(demo):
    demo.story("Payments: small ones pass, large ones wait for a treasurer")
    transfer = {"amount": 4999, "currency": "EUR", "to": "DE89370400440532013000", "memo": "invoice 17"}

    def pay(amount, headers=None, key="finance-1"):
        return demo.through_envoy(key, "POST", "payments.acme.example", "/v1/transfers", {**transfer, "amount": amount}, headers)

    before = demo.reached("payments")["calls"]
    demo.expect("pay 4 999", pay(4999), 201, "allow")
    held = demo.expect("pay 5 001", pay(5001), 403, "approval_needed", "approval_required")
    approval = (held.get("approval") or {}).get("approval_id", "none")
    approve = ("approvals", "approve", approval, "--url", f"http://127.0.0.1:{API_PORT}", "--comment", "invoice 17 is real")
    refused = demo.run(*approve, env={"AEGIS_API_KEY": demo.keys["finance-1"]}, check=False)
    demo.check("the agent tries to approve its own call", refused.returncode != 0, first_line(refused.stderr))
    granted = demo.run(*approve, env={"AEGIS_API_KEY": demo.keys["maria"]}, check=False)
    demo.check("maria, a treasurer, approves", granted.returncode == 0, first_line(granted.stdout or granted.stderr))
    token = (demo.api_get("finance-1", f"/v1/approvals/{approval}")[2]).get("override_token", "none")
    demo.expect("pay 5 002 with the token for 5 001", pay(5002, {"x-aegis-token": token}), 403, "deny", "token_invalid")
    demo.expect("pay 5 001 with the token", pay(5001, {"x-aegis-token": token}), 201, "allow")
    demo.expect("pay 5 001 with the same token again", pay(5001, {"x-aegis-token": token}), 403, "deny", "token_used")
    demo.expect("pay 50 001", pay(50001), 403, "deny")
    demo.expect('pay "6,000" (a string)', pay("6,000"), 403, "deny", "parameter_invalid")
    demo.expect("pay 10 without a key", pay(10, key=None), 401, "deny", "unauthenticated_agent")
    arrived = demo.reached("payments")["calls"] - before
    demo.check("the payment tool was reached exactly twice", arrived == 2, f"{arrived} calls arrived")
    seen = demo.reached("payments")["last"]["headers"]
    leaked = [name for name in ("x-aegis-api-key", "x-aegis-token") if name in seen]
    demo.check("the tool never saw the agent's credentials", not leaked, ", ".join(leaked) or "no x-aegis-api-key, no x-aegis-token")


def health_records(demo):
    demo.story("Health records: for care, at the right endpoint, never exported")

    def read(path, purpose=None):
        return demo.through_envoy("clinical-1", "GET", "ehr.acme.example", path, None, {"x-aegis-purpose": purpose} if purpose else {})

    demo.expect("read with purpose=care", read("/ehr/p-17", "care"), 200, "allow")
    demo.expect("read without a purpose", read("/ehr/p-17"), 403, "deny", "purpose_missing")
    demo.expect("read for marketing", read("/ehr/p-17", "marketing"), 403, "deny", "purpose_missing")
    demo.expect("read at /admin/p-17", read("/admin/p-17", "care"), 403, "deny", "endpoint_not_allowed")
    demo.expect("read with export=true", read("/ehr/p-17?export=true", "care"), 403, "deny", "policy_deny")


def language_model(demo):
    demo.story("Language model: twenty dollars a day, five calls a second")

    def ask(cost):
        return demo.through_envoy("llm-1", "POST", "llm.acme.example", "/v1/complete", {"prompt": "sum up", "cost_usd": cost})

    # At once: on a slow machine twelve in a row would be no burst.
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: ask(0.01), range(12)))
    passed = [answer for answer in answers if answer[0] == 200]
    limited = [answer for answer in answers if answer[0] == 429]
    demo.expect("a call of a burst of 12", (passed or answers)[0], 200, "allow")
    if limited:
        demo.expect("a call of the burst over 5 rps", limited[0], 429, "deny", "rate_exceeded")
    demo.check("the burst is cut at its limit", limited and len(passed) >= 5,
               f"{len(passed)} passed, {len(limited)} were told to wait {(limited or [(0, {})])[0][1].get('retry-after', '?')} s")
    time.sleep(1.2)
    spent = len(passed) * 0.01
    while spent + 6.5 <= 20:
        demo.expect("a call for 6.50", ask(6.5), 200, "allow")
        spent += 6.5
    demo.expect("a call for 6.50, over the day's 20", ask(6.5), 429, "deny", "budget_exceeded")
    demo.expect("a call for 0.25 still fits", ask(0.25), 200, "allow")


def egress(demo):
    demo.story("Egress: only the hosts on the list")
    demo.expect("GET internal-api.company.local", demo.through_envoy("research-1", "GET", "internal-api.company.local", "/status"), 200, "allow")
    before = demo.reached("outside")["calls"]
    demo.expect("GET paste.example.net", demo.through_envoy("research-1", "GET", "paste.example.net", "/upload?d=secrets"), 403, "deny", "egress_not_allowed")
    demo.check("the outside host was never reached", demo.reached("outside")["calls"] == before)


def shadow(demo):
    demo.story("Shadow: a draft policy says what it would have blocked")
    body = demo.expect("pay 120 in dollars, decision API", demo.decision_api("finance-1", {
        "agent": {"id": "finance-agent"}, "tool": {"name": "payments.transfer"},
        "parameters": {"amount": 120, "currency": "USD", "to": "DE89370400440532013000"},
        "request": {"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"}}), 200, "allow")
    would = body.get("would_decision") or {}
    demo.check("the answer says it would have been denied", would.get("decision") == "deny",
               (would.get("decision_reason") or {}).get("message", ""))


def redaction(demo):
    demo.story("Redaction: personal data never enters a ticket")
    ticket = {"subject": "refund", "body": "My SSN is 536-22-1457, card 4111 1111 1111 1111, mail ann@example.com"}
    request = {"method": "POST", "host": "internal-api.company.local", "path": "/tickets"}
    body = demo.expect("open a ticket, decision API", demo.decision_api("support-1", {
        "agent": {"id": "support-agent"}, "tool": {"name": "tickets.create"}, "parameters": ticket, "request": request}), 200, "sanitize")
    text = (body.get("parameters") or {}).get("body", "")
    demo.check("the rewritten text", "536-22-1457" not in json.dumps(body) and "[REDACTED:us_ssn]" in text, text)
    demo.expect("the same through Envoy's ext_authz",
                demo.through_envoy("support-1", "POST", "internal-api.company.local", "/tickets", ticket), 403, "deny", "sanitize_unsupported")


def trail(demo):
    demo.story("Audit trail: every answer above is in it, and nobody has touched it")
    done = demo.run("audit", "verify", "--data-dir", str(demo.data), check=False)
    demo.check("aegis audit verify", done.returncode == 0, first_line(done.stdout or done.stderr))
    tail = demo.run("audit", "tail", "--data-dir", str(demo.data), "-n", "200", "--json").stdout.splitlines()
    records = [json.loads(line) for line in tail if line]
    decisions = [record for record in records if record.get("kind") == "decision"]
    demo.check("decisions in the trail", len(decisions) >= 30, f"{len(decisions)} decisions, {len(records)} records")
    clear = [secret for secret in ("536-22-1457", "4111 1111 1111 1111", "DE89370400440532013000") if any(secret in line for line in tail)]
    demo.check("no personal data in the trail in clear", not clear, ", ".join(clear))


STORIES = [payments, health_records, language_model, egress, shadow, redaction, trail]


def first_line(text):
    return (text or "").strip().splitlines()[0] if (text or "").strip() else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--aegis", default=str(ROOT / ".build/release/aegis"), help="the program (default: %(default)s)")
    parser.add_argument("--envoy", default=str(ROOT / ".venv/bin/envoy"), help="the Envoy binary (default: %(default)s)")
    parser.add_argument("--home", default=str(ROOT / ".demo"), help="where the demo keeps its files (default: %(default)s)")
    parser.add_argument("--keep", action="store_true", help="leave everything running afterwards")
    demo = Demo(parser.parse_args())
    kept = False
    try:
        demo.set_up()
        for story in STORIES:
            story(demo)
        print()
        if not demo.differences:
            latencies = sorted(row[4] for row in demo.rows if row[4] is not None)
            print(f"All {len(demo.rows)} steps were as expected; a call took {latencies[len(latencies) // 2]:.2f} ms at the median, "
                  "each with its record on disk before the answer.")
            if demo.keep:
                kept = True
                leave_running(demo)
            else:
                print("Look next: the policies in examples/first-light/policies, the tutorial in README.md, "
                      f"the trail with\n  .build/release/aegis audit tail --data-dir {demo.data}\n"
                      "Run `make demo KEEP=1` to play with it yourself.")
    except (Difference, OSError) as fault:
        demo.differences.append(str(fault))
    except KeyboardInterrupt:
        demo.differences.append("interrupted")
    finally:
        if not kept:
            demo.tear_down()
    for difference in demo.differences:
        print(paint("31", "differs: ") + difference, file=sys.stderr)
    return 1 if demo.differences else 0


def leave_running(demo):
    (demo.home / "pids").write_text(" ".join(str(process.pid) for _, process in demo.processes) + "\n")
    (demo.home / "keys.env").write_text("".join(
        f"export {name.replace('-', '_').upper()}={key}\n" for name, key in demo.keys.items()))
    os.chmod(demo.home / "keys.env", 0o600)
    print(f"""Everything is still running. Try:
  source {demo.home}/keys.env
  curl -i http://127.0.0.1:{ENVOY_PORT}/v1/transfers -H host:payments.acme.example -H "x-aegis-api-key: $FINANCE_1" \\
       -H content-type:application/json -d '{{"amount": 7000, "currency": "EUR", "to": "DE89370400440532013000"}}'
  AEGIS_API_KEY=$MARIA .build/release/aegis approvals list
  .build/release/aegis audit tail -f --data-dir {demo.data}
Stop it with: kill $(cat {demo.home}/pids)""")


if __name__ == "__main__":
    sys.exit(main())

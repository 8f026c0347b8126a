#!/usr/bin/env python3
"""Approvals from end to end: an agent asks, people decide in Slack and in Teams, and everything that could go wrong does.

Starts Aegis and a local Slack-like and Teams-like receiver on free loopback ports, plays the stories below, checks every
answer, then verifies the audit trail. Exits 1 if anything differs from what is expected. Run it by `aegis demo approvals`.
"""
import argparse
import hashlib
import html.parser
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse

import rfc8785

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from receivers import Receivers, buttons, text_of  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
TENANT = "acme"
IBAN = "DE89370400440532013000"
PEOPLE = {"maria": ["treasurer"], "carl": ["treasurer"], "tess": ["treasurer"], "cleo": ["cfo"], "paul": ["clerk"]}
COLOUR = sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def paint(code, text):
    return f"\033[{code}m{text}\033[0m" if COLOUR else text


def free_port():
    """A port below those that the kernel gives to outgoing connections, so that it is still free when a server starts on it."""
    for port in random.sample(range(26000, 32000), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Difference("none of 100 ports of 127.0.0.1 between 20000 and 32000 is free")


class Difference(Exception):
    """The demo cannot go on."""


class Demo:
    def __init__(self, options):
        self.aegis = str(pathlib.Path(options.aegis).resolve())
        self.home = pathlib.Path(options.home).resolve()
        self.data = self.home / "data"
        self.port, hook = free_port(), free_port()
        self.receivers = Receivers(hook, token="xoxb-demo", signing_secret="8f742231b10e8888abcd99yyyzzz85a5")
        self.keys, self.process, self.checks, self.differences = {}, None, 0, []
        self.environment = {
            **os.environ, "AEGIS_SLACK_TOKEN": "xoxb-demo", "AEGIS_SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99yyyzzz85a5",
            "AEGIS_TEAMS_WEBHOOK": f"http://127.0.0.1:{hook}/teams/treasury?sig=secret"}

    # Setting up ------------------------------------------------------------------------------------------------

    def run(self, *arguments, check=True, key=None):
        environment = {**os.environ, **({"AEGIS_API_KEY": self.keys[key], "AEGIS_URL": f"http://127.0.0.1:{self.port}"} if key else {})}
        done = subprocess.run([self.aegis, *map(str, arguments)], capture_output=True, text=True, env=environment, timeout=60)
        if check and done.returncode != 0:
            raise Difference(f"`aegis {' '.join(map(str, arguments))}` failed with {done.returncode}:\n{done.stderr or done.stdout}")
        return done

    def set_up(self):
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        self.say("policies, keys, channels, and a receiver that takes itself for Slack and Teams")
        self.run("policy", "lint", HERE / "policies")
        channels = (HERE / "channels.yaml").read_text()
        channels = channels.replace(":8181", f":{self.port}").replace(":8282", f":{self.receivers.port}")
        (self.home / "channels.yaml").write_text(channels)
        for name, more in [("finance-1", []), ("other-1", [])] + [
                (person, ["--person", *(word for role in roles for word in ("--role", role))]) for person, roles in PEOPLE.items()]:
            done = self.run("keys", "issue", name, "--tenant", TENANT, "--data-dir", self.data, "--json", *more)
            self.keys[name] = json.loads(done.stdout)["api_key"]
        self.receivers.start()
        self.start()

    def start(self):
        log = open(self.home / "aegis.log", "ab")
        self.process = subprocess.Popen(
            [self.aegis, "serve", "--policies", HERE / "policies", "--tenant", TENANT, "--data-dir", self.data,
             "--listen", f"127.0.0.1:{self.port}", "--grpc", "off", "--channels", self.home / "channels.yaml",
             "--hold-calls", "60s"],
            stdout=log, stderr=subprocess.STDOUT, env=self.environment, start_new_session=True)
        self.until("aegis is ready", lambda: self.is_ready())

    def is_ready(self):
        if self.process.poll() is not None:
            raise Difference(f"aegis stopped with {self.process.returncode}:\n{self.log()}")
        try:
            return self.http("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def log(self):
        return (self.home / "aegis.log").read_text(errors="replace")[-3000:]

    def kill(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(20)

    # Calling ---------------------------------------------------------------------------------------------------

    def http(self, method, path, body=None, headers=None, timeout=70):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            raw = response.read()
        finally:
            connection.close()
        try:
            value = json.loads(raw) if raw else {}
        except ValueError:
            value = raw.decode(errors="replace")
        return response.status, value

    def api(self, method, path, key, body=None, headers=None):
        data = json.dumps(body).encode() if body is not None else None
        return self.http(method, path, data, {"x-aegis-api-key": self.keys[key], "content-type": "application/json", **(headers or {})})

    def ask(self, tool, amount, token=None, wait=None, memo=""):
        body = {"tool": {"name": f"payments.{tool}"}, "parameters": {"amount": amount, "to": IBAN, "memo": memo}}
        if token:
            body["override_token"] = token
        return self.api("POST", "/v1/decisions", "finance-1", body, {"prefer": f"wait={wait}"} if wait else {})[1]

    def held(self, tool, amount, memo=""):
        """The approval id of a call that is held."""
        answer = self.ask(tool, amount, memo=memo)
        self.check(f"payments.{tool} of {amount} waits for people", answer.get("decision") == "approval_needed", answer)
        return answer["approval"]["approval_id"]

    def status(self, approval_id):
        return self.api("GET", f"/v1/approvals/{approval_id}", "maria")[1]["status"]

    def token(self, approval_id):
        return self.api("GET", f"/v1/approvals/{approval_id}", "finance-1")[1].get("override_token")

    def click(self, *arguments, alter=None, **more):
        body, headers = self.receivers.click(*arguments, **more)
        return self.http("POST", "/v1/slack/interactivity", alter(body) if alter else body, headers)[0]

    # Telling ---------------------------------------------------------------------------------------------------

    def say(self, text):
        print(paint("1", "==> ") + text, flush=True)

    def story(self, text):
        print("\n" + paint("1", text), flush=True)

    def check(self, what, right, got=""):
        self.checks += 1
        print(f"  {paint('32', 'ok') if right else paint('31', 'DIFFERS')} {what}", flush=True)
        if not right:
            self.differences.append(f"{what}: {str(got)[:600]}")

    def until(self, what, ready, seconds=30, quiet=True):
        """Waits for something that happens by itself."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            value = ready()
            if value:
                if not quiet:
                    self.check(what, True)
                return value
            time.sleep(0.02)
        if quiet:
            raise Difference(f"not within {seconds} s: {what}\n{self.log()}")
        self.check(what, False, f"not within {seconds} s\n{self.log()}")

    def arrives(self, approval_id, words, channel=None, what=None):
        self.until(
            what or f"the Slack message says `{words}`",
            lambda: [m for m in self.receivers.about(approval_id, channel) if words in text_of(m)], quiet=False)


# The stories ---------------------------------------------------------------------------------------------------

def slack(demo):
    demo.story("Slack: the exact call, two buttons, one verdict")
    approval = demo.held("transfer", 7000, memo="<!channel> urgent <https://evil.example|click>")
    demo.arrives(approval, "Approval needed: payments.transfer", "#payments")
    message = demo.receivers.about(approval)[0]
    demo.check("it shows the amount, and the account only redacted", "7000" in text_of(message) and IBAN not in text_of(message), message)
    demo.check("what the agent wrote is text, never markup", "mrkdwn" not in text_of(message), message)
    demo.check("it has the two buttons", buttons(message) == ["aegis_approve", "aegis_deny"], message)
    demo.check("a stranger's click is taken and refused", demo.click(approval, "U9STRANGER") == 200)
    demo.until("the stranger is told why", lambda: any("nobody's here" in reply["text"] for reply in demo.receivers.replies), quiet=False)
    demo.check("the agent's owner clicks in vain", demo.click(approval, "U4TESS") == 200)
    demo.until("the owner is told why", lambda: any("owns an agent" in reply["text"] for reply in demo.receivers.replies), quiet=False)
    demo.check("nothing is decided", demo.status(approval) == "pending")
    demo.check("maria clicks Approve", demo.click(approval, "U1MARIA") == 200)
    demo.check("the call is approved", demo.status(approval) == "approved")
    demo.check("a second click changes nothing",
               demo.click(approval, "U1MARIA", "aegis_deny") == 200 and demo.status(approval) == "approved")
    demo.arrives(approval, "Approved: payments.transfer")
    demo.check("the buttons are gone", not buttons(demo.receivers.about(approval)[0]))
    token = demo.token(approval)
    memo = "<!channel> urgent <https://evil.example|click>"
    demo.check("the token is for no other amount",
               demo.ask("transfer", 7001, token, memo=memo)["decision_reason"]["code"] == "token_invalid")
    demo.check("with the token the call runs", demo.ask("transfer", 7000, token, memo=memo)["decision"] == "allow")
    demo.check("and runs once", demo.ask("transfer", 7000, token, memo=memo)["decision_reason"]["code"] == "token_used")


def forgeries(demo):
    demo.story("Slack: what Slack did not sign")
    approval = demo.held("transfer", 7100)
    demo.check("another secret", demo.click(approval, "U1MARIA", secret="another") == 401)
    demo.check("a replay after six minutes", demo.click(approval, "U1MARIA", age=360) == 401)
    demo.check("a request from the future", demo.click(approval, "U1MARIA", age=-360) == 401)
    demo.check("an altered body", demo.click(approval, "U1MARIA", alter=lambda body: body.replace(b"U1MARIA", b"U2CARL1")) == 401)
    demo.check("an approval that does not exist", demo.click("apr_" + "0" * 26, "U1MARIA") == 200)
    demo.check("nothing is decided", demo.status(approval) == "pending")
    demo.check("carl clicks Deny", demo.click(approval, "U2CARL", "aegis_deny") == 200 and demo.status(approval) == "denied")
    demo.arrives(approval, "Denied: payments.transfer")
    demo.check("asked again, the denial stands", demo.ask("transfer", 7100)["decision_reason"]["code"] == "approval_denied")


class Form(html.parser.HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.fields = {}
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "input" and attributes.get("type") == "hidden":
            self.fields[attributes["name"]] = attributes["value"]


def teams(demo):
    demo.story("Teams: two of the treasurers, by links that work once")
    approval = demo.held("refund", 90)

    def link(number):
        cards = demo.receivers.cards_about(approval)
        return len(cards) > number and urllib.parse.urlsplit(cards[number]["actions"][0]["url"])

    first = demo.until("a card arrives with a link", lambda: link(0))
    path = f"{first.path}?{first.query}"
    pages = [demo.http("GET", path) for _ in range(3)]
    demo.check("opening the link shows the call",
               all(status == 200 and "90" in page and "<form" in page for status, page in pages), pages[0])
    demo.check("and changes nothing",
               demo.status(approval) == "pending" and not demo.api("GET", f"/v1/approvals/{approval}", "maria")[1]["votes"])

    def post(page, person, verdict="approve"):
        form = {**Form(page).fields, "verdict": verdict, "key": demo.keys[person], "comment": "looks right"}
        return demo.http("POST", "/approve", urllib.parse.urlencode(form).encode(), {"content-type": "application/x-www-form-urlencoded"})

    page = pages[0][1]
    demo.check("paul, a clerk, is refused: the link was made for treasurers", post(page, "paul")[0] == 403)
    demo.check("cleo, the CFO, is refused too", post(page, "cleo")[0] == 403)
    demo.check("the owner of the agent is refused", post(page, "tess")[0] == 403)
    demo.check("maria approves", post(page, "maria")[0] == 200)
    demo.check("the link is used up, for carl as well", post(page, "carl")[0] == 410)
    demo.check("looking at it says so", demo.http("GET", path)[0] == 410)
    altered = path[:-1] + ("A" if path[-1] != "A" else "B")
    demo.check("an altered link is none", demo.http("GET", altered)[0] == 400)
    second = demo.until("the next card brings the next link", lambda: link(1))
    page = demo.http("GET", f"{second.path}?{second.query}")[1]
    demo.check("maria cannot approve twice", post(page, "maria")[0] == 409 and demo.status(approval) == "pending")
    demo.check("carl makes it two", post(page, "carl")[0] == 200 and demo.status(approval) == "approved")
    demo.until("a card tells the outcome", lambda: any(
        "Approved: payments.refund" in text_of(card) for card in demo.receivers.cards_about(approval)), quiet=False)
    demo.check("with the token the refund runs", demo.ask("refund", 90, demo.token(approval))["decision"] == "allow")


def held_open(demo):
    demo.story("Held open: one call, answered when people have decided")
    for action, expected in (("aegis_approve", "allow"), ("aegis_deny", "deny")):
        amount = 8000 if expected == "allow" else 8001
        answers = []
        call = threading.Thread(target=lambda: answers.append(demo.ask("transfer", amount, wait=50)))
        call.start()
        waiting = demo.until("the call is asked for", lambda: [
            a["approval_id"] for a in demo.api("GET", "/v1/approvals?status=pending", "maria")[1]["approvals"]
            if a["parameters_shown"]["amount"] == amount])
        demo.check("the call is still open", not answers)
        demo.click(waiting[0], "U1MARIA", action)
        call.join(30)
        demo.check(f"{action}: the same call is answered `{expected}`", answers and answers[0]["decision"] == expected, answers)


def clock(demo):
    demo.story("The clock: escalation, expiry, withdrawal")
    approval = demo.held("wire", 10)
    demo.check("cleo, the CFO, may not decide yet", demo.click(approval, "U3CLEO") == 200 and demo.status(approval) == "pending")
    demo.arrives(approval, "Escalated", "#leads", "after two seconds the leads are asked")
    demo.check("now cleo may", demo.click(approval, "U3CLEO") == 200 and demo.status(approval) == "approved")
    demo.until("both messages are brought up to date", lambda: len([
        m for m in demo.receivers.about(approval) if "Approved: payments.wire" in text_of(m)]) == 2, quiet=False)
    late = demo.held("wire", 11)
    demo.arrives(late, "Expired: payments.wire", "#payments", "six seconds later the other one has expired, and its message says so")
    demo.check("it cannot be approved any more", demo.click(late, "U1MARIA") == 200 and demo.status(late) == "expired")
    mistake = demo.held("transfer", 7200)
    demo.check("another agent cannot take it back", demo.api("POST", f"/v1/approvals/{mistake}/withdraw", "other-1", {})[0] in (403, 404))
    done = demo.run("approvals", "withdraw", mistake, "--comment", "wrong month", key="tess")
    demo.check("its owner withdraws it, by the command line", "withdrawn" in done.stdout, done.stdout)
    demo.arrives(mistake, "Withdrawn: payments.transfer")


def faults(demo):
    demo.story("Faults: a receiver that is down, and kill -9")
    demo.receivers.stop()
    approvals = [demo.held("transfer", 9000 + number) for number in range(3)]
    time.sleep(2)  # long enough for some attempts to fail; how many does not matter
    demo.receivers.start()
    for approval in approvals:
        demo.arrives(approval, "Approval needed", what="back again, it gets the message")
    demo.check("each exactly once", [len(demo.receivers.about(approval)) for approval in approvals] == [1, 1, 1])
    demo.receivers.stop()
    approval = approvals[0]
    verdict = demo.api("POST", f"/v1/approvals/{approval}/approve", "maria", {"comment": "by phone"})
    demo.check("maria approves while nobody listens", verdict[0] == 200, verdict)
    demo.kill(signal.SIGKILL)
    demo.check("the gateway is killed between the verdict and its telling", demo.process.returncode == -signal.SIGKILL)
    demo.receivers.start()
    demo.start()
    demo.arrives(approval, "Approved: payments.transfer", what="started again, it tells the verdict")
    demo.check("and the token is there", bool(demo.token(approval)))


def trail(demo):
    demo.story("The trail")
    demo.until("everything is told", lambda: "told" if settled(demo) else "", quiet=False)
    demo.kill()
    done = demo.run("audit", "verify", "--data-dir", demo.data, check=False)
    demo.check("the audit trail verifies", done.returncode == 0, done.stdout + done.stderr)
    lines = demo.run("audit", "tail", "--data-dir", demo.data, "-n", "100000", "--json").stdout.splitlines()
    records = [record for record in map(json.loads, lines) if record["kind"] == "approval"]
    names = [record["idempotency_key"] for record in records]
    demo.check("no event is recorded twice", len(names) == len(set(names)), sorted(names))
    chains = {}
    for record in records:
        chains.setdefault(record["approval_id"], []).append(record["detail"]["event"])
    ended = [events for events in chains.values() if events[0] == "asked"]
    demo.check("every approval begins with `asked`", len(ended) == len(chains), chains)
    told = {event for events in chains.values() for event in events}
    demo.check("every transition is on record", told == {"asked", "voted", "approved", "denied", "withdrawn", "expired", "escalated"}, told)
    demo.check("each record carries the digest of what was shown", all(
        record["detail"]["shown_digest"] == demo.shown[record["approval_id"]] for record in records), demo.shown)
    demo.check("the account is nowhere in clear", IBAN not in json.dumps(records))
    demo.check("the receivers found nothing to refuse", not demo.receivers.faults, demo.receivers.faults)
    demo.check("nothing arrived twice", not demo.receivers.repeated(), demo.receivers.repeated())


def settled(demo):
    """Remembers each approval's digest, computed anew from what the API shows; true once no message lags behind."""
    approvals = demo.api("GET", "/v1/approvals?status=all&limit=1000", "maria")[1]["approvals"]
    demo.shown = {a["approval_id"]: "sha256:" + hashlib.sha256(rfc8785.dumps(a["shown"])).hexdigest() for a in approvals}
    words = {"approved": "Approved", "redeemed": "Approved", "denied": "Denied", "expired": "Expired", "withdrawn": "Withdrawn"}
    return all(
        any(words[a["status"]] in text_of(m) for m in demo.receivers.about(a["approval_id"])) for a in approvals
        if a["status"] in words and a["tool_name"] != "payments.refund")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--aegis", required=True, help="the aegis program")
    parser.add_argument("--home", default=".demo/approvals", help="a folder for the demo's files; emptied first")
    demo = Demo(parser.parse_args())
    started = time.monotonic()
    try:
        demo.set_up()
        for story in (slack, forgeries, teams, held_open, clock, faults, trail):
            story(demo)
    except (Difference, OSError, KeyError, subprocess.TimeoutExpired) as error:
        demo.differences.append(f"the demo stopped: {error!r}" if not isinstance(error, Difference) else str(error))
    finally:
        demo.kill()
        demo.receivers.stop()
    print()
    for difference in demo.differences:
        print(paint("31", "DIFFERS: ") + difference, file=sys.stderr)
    seconds = time.monotonic() - started
    if demo.differences:
        print(f"{len(demo.differences)} of {demo.checks} checks differ; the log is {demo.home / 'aegis.log'}", file=sys.stderr)
        return 1
    print(paint("32", f"all {demo.checks} checks were as expected") + f", in {seconds:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Plays the life of a policy: proposed, reviewed, approved, published, tampered with, rolled back. Exits 1 if it went another way.

    AEGIS_BINARY=.build/release/aegis python3 examples/lifecycle/run.py [--store s3://BUCKET/PREFIX?endpoint=URL]

Runs the real `aegis` with real keys in a temporary folder; two real gateways take the policies from the store.
"""
import argparse
import http.client
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
AEGIS = str(pathlib.Path(os.environ.get("AEGIS_BINARY", HERE.parents[1] / ".build/debug/aegis")).resolve())
PEOPLE = {"maria": ["author", "approver"], "lea": ["approver"], "omar": ["approver"], "pia": ["publisher"]}
COLOUR = sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def paint(code, text):
    return f"\033[{code}m{text}\033[0m" if COLOUR else text


def free_port():
    """A port below those that the kernel gives to outgoing connections, so that it is still free when the gateway starts."""
    for port in random.sample(range(26000, 32000), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise SystemExit("none of 100 ports of 127.0.0.1 between 20000 and 32000 is free")


class Gateway:
    """A real `aegis serve` that takes the tenant's policies from the store, and believes whom the trust root names."""

    def __init__(self, name, story):
        self.name, self.data = name, story.home / name
        self.port = free_port()
        issued = story.must(story.aegis("keys", "issue", "support-1", "--tenant", "acme", "--data-dir", self.data, "--json"))
        self.key = json.loads(issued)["api_key"]
        self.log = open(story.home / f"{name}.log", "wb")
        self.process = subprocess.Popen(
            [AEGIS, "serve", "--bundle", story.store, "--trust", story.trust, "--tenant", "acme", "--data-dir", self.data, "--gateway", name,
             "--listen", f"127.0.0.1:{self.port}", "--grpc", "off", "--poll", "1s"],
            env={**story.environment, "AEGIS_TENANT": "", "AEGIS_BUNDLE": "", "AEGIS_POLICIES": ""}, stdout=self.log, stderr=subprocess.STDOUT)

    def decide(self, amount):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("POST", "/v1/decisions", json.dumps({"agent": {"id": "support-agent"}, "tool": {"name": "refunds.create"},
                               "parameters": {"amount": amount}}), {"content-type": "application/json", "x-aegis-api-key": self.key})
            return json.loads(connection.getresponse().read())
        except (OSError, ValueError):
            return {}
        finally:
            connection.close()

    def wait_for(self, version):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if (self.decide(1).get("policy_version") or "").startswith(f"acme/{version}@"):
                return
            time.sleep(0.05)
        sys.exit(f"{self.name} did not activate version {version}\n" + pathlib.Path(self.log.name).read_text()[-3000:])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        self.log.close()


class Story:
    def __init__(self, home, store):
        self.home, self.store = pathlib.Path(home), store
        self.keys, self.history, self.trust = self.home / "keys", self.home / "history", self.home / "trust-root.json"
        self.gateways = []
        self.environment = {**os.environ, "AEGIS_HISTORY": str(self.history), "AEGIS_TENANT": "acme",
                            "AEGIS_TRUST": str(self.trust), "AEGIS_STORE": store}

    def aegis(self, *words, who=None):
        environment = dict(self.environment)
        if who:
            environment["AEGIS_KEY"] = str(self.keys / f"{who}.pem")
        return subprocess.run([AEGIS, *map(str, words)], env=environment, capture_output=True, text=True, timeout=60, cwd=self.home)

    def plain(self, text):
        """Without what differs from run to run."""
        text = text.replace(self.store, "STORE").replace(str(self.home) + "/", "")
        text = re.sub(r"(prp|cmt|apr|rej|sgn|pub|tru)_[0-9a-f]{16}", r"\1_…", text)
        text = re.sub(r"sha256:[0-9a-f]{12,64}", "sha256:…", text)
        text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "…   ", text)
        text = text.replace("WHEN                  WHO", "WHEN  WHO").replace("ID                    WHAT", "ID     WHAT")
        return text

    def does(self, who, *words, expect=0, lines=None):
        """One command of somebody, as they type it, and what they see of it."""
        done = self.aegis("policy", *words, who=who)
        typed = " ".join(f'"{word}"' if " " in str(word) else str(word) for word in words)
        print(paint("1", f"{who:<8}") + paint("36", f"$ aegis policy {self.plain(typed)}"))
        shown = [line for line in self.plain(done.stdout + done.stderr).splitlines() if not line.startswith("content digest")]
        for line in shown[:lines]:
            print(" " * 8 + (paint("31", line) if "error:" in line else line))
        if done.returncode != expect:
            sys.exit(f"expected {expect}, got {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def says(self, text):
        print(paint("2", f"\n— {text}"))

    def enforced(self, version, amount, outcome):
        """Both gateways have the version, and decide by it."""
        for gateway in self.gateways:
            gateway.wait_for(version)
            answer = gateway.decide(amount)
            found = f"{answer.get('decision')} by {answer.get('policy_version')}"
            print(paint("1", f"{gateway.name:<8}") + f"refund of {amount}: {self.plain(found)}")
            if answer.get("decision") != outcome:
                sys.exit(f"expected {outcome}: {answer}")

    def prepare(self):
        """Keys and the trust root: who is who, in which role, and how many have to approve."""
        for name in ["root", *PEOPLE]:
            self.must(self.aegis("keys", "generate", name, "--out", self.keys))
        root = ["--root", self.keys / "root.pem"]
        self.must(self.aegis("keys", "trust", "init", self.trust, *root))
        for person, roles in PEOPLE.items():
            given = [word for role in roles for word in ("--role", role)]
            self.must(self.aegis("keys", "trust", "add", self.trust, self.keys / f"{person}.pub.pem", "--person", person,
                                 "--tenant", "acme", *given, *root))
        self.must(self.aegis("keys", "trust", "quorum", self.trust, "--tenant", "acme", "--need", "approver=1", *root))

    @staticmethod
    def must(done):
        if done.returncode:
            sys.exit(f"{' '.join(done.args)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def policies(self, limit):
        folder = self.home / f"up-to-{limit}"
        folder.mkdir()
        text = (HERE / "policies/refunds.yaml").read_text().replace("50", str(limit))
        (folder / "refunds.yaml").write_text(text)
        return folder.name


def play(story):
    story.prepare()

    story.says("Nobody approves what they wrote, not even with the role.")
    story.does("maria", "propose", story.policies(50), "--title", "Refunds up to 50")
    story.does("maria", "approve", expect=4)
    story.does("lea", "review", "--comment", "50 is what the contract says; fine")
    story.does("omar", "approve", "--comment", "checked with finance")

    story.says("Published: signed, with the approvals in the manifest. Gateways check those, too.")
    story.does("pia", "publish")
    story.gateways += [Gateway("gw-1", story), Gateway("gw-2", story)]
    story.enforced(1, 400, "deny")
    story.does("auditor", "verify-history", "--store", story.store)

    story.says("One byte of a review is altered: 50 becomes 60.")
    event = sorted((story.history / "acme/events").iterdir())[2]
    whole = event.read_bytes()
    event.write_bytes(whole.replace(b"50 is what", b"60 is what"))
    story.does("auditor", "verify-history", expect=1)
    story.does("pia", "publish", expect=1, lines=1)
    event.write_bytes(whole)

    story.says("A second version, which was a mistake, and the way back.")
    story.does("maria", "propose", story.policies(500), "--title", "Refunds up to 500")
    story.does("lea", "approve")
    story.does("pia", "publish", expect=4)
    story.does("pia", "publish", "--acknowledge-widening")
    story.enforced(2, 400, "allow")
    story.does("pia", "rollback", "--to", "1", "--reason", "fraud at 480")
    story.enforced(3, 400, "deny")

    story.says("The history shows it all.")
    story.does("auditor", "history")
    story.does("auditor", "verify-history", "--store", story.store)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", help="where to publish (default: a temporary folder)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="aegis-lifecycle-") as home:
        story = Story(home, options.store or f"file://{home}/bundles")
        try:
            play(story)
        finally:
            for gateway in story.gateways:
                gateway.stop()
    print(paint("32", "\nAs it should be."))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Measures what publishing costs: the time from `aegis bundles push` to enforced on two gateways that wait at the bundle service, and the
latency of decisions while a bundle of 10 MB is verified, compiled and activated, over and over, against the same load in peace.

Everything is on loopback and bounded. Figures are only worth comparing within one run.
"""
import argparse
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
API, GRPC = 10205, 10204
WORDS = "account batch carrier ledger invoice payout region vendor audit margin portal quota settle tariff".split()


class Bench:
    def __init__(self, options):
        self.options = options
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="aegis-activation-", dir=options.home))
        self.processes = []
        self.key = self.home / "keys/ops.pem"
        self.trust = self.home / "keys/ops.pub.pem"
        self.aegis("keys", "generate", "ops", "--out", self.home / "keys")

    def aegis(self, *arguments):
        done = subprocess.run([self.options.aegis, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"aegis {' '.join(map(str, arguments))} failed:\n{done.stderr[-3000:]}")
        return done

    def serve(self, name, port, grpc, *arguments, env=None):
        log = open(self.home / f"{name}.log", "wb")
        self.processes.append(subprocess.Popen(
            [self.options.aegis, "serve", "--data-dir", str(self.home / name), "--listen", f"127.0.0.1:{port}", "--grpc", grpc, "--tenant", "acme",
             "--trust", str(self.trust), *map(str, arguments)], stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **(env or {})}))
        for _ in range(1200):
            if self.processes[-1].poll() is not None:
                sys.exit(f"{name} stopped:\n{(self.home / (name + '.log')).read_text()[-2000:]}")
            try:
                if urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1).status == 200:
                    return
            except OSError:
                time.sleep(0.05)
        sys.exit(f"{name} was not ready; see {self.home}")

    def issue(self, data, key_id, *arguments):
        done = self.aegis("keys", "issue", key_id, "--tenant", "acme", "--data-dir", self.home / data, "--json", *arguments)
        return json.loads(done.stdout)["api_key"]

    def active(self, port):
        tenants = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/status", timeout=30))["tenants"]
        return int(tenants[0]["policy_version"].split("/")[1].split("@")[0])

    # Publish to enforced

    def publish_to_enforced(self):
        store = f"file://{self.home}/store"
        bundles = []
        for version in range(1, self.options.rounds + 2):
            bundles.append(self.home / f"small-{version}.tar.gz")
            self.aegis("policy", "build", ROOT / "Benchmarks/policies", "-o", bundles[-1], "--key", self.key, "--tenant", "acme", "--version", version)
        self.push(bundles[0], store)
        self.serve("control", API, "off", "--bundle", store, "--bundle-service", store)
        token = self.issue("control", "gw", "--grant", "bundles")
        ports = [API + 1, API + 2]
        for port in ports:
            self.serve(f"gateway-{port}", port, "off", "--bundle", f"http://127.0.0.1:{API}/v1/bundles/acme", env={"AEGIS_BUNDLE_TOKEN": token})
        times = []
        for version, bundle in enumerate(bundles[1:], 2):
            time.sleep(random.random())
            started = time.monotonic()
            self.push(bundle, store)
            for port in ports:
                while self.active(port) < version:
                    time.sleep(0.005)
            times.append(time.monotonic() - started)
        self.stop()
        times.sort()
        print(f"push to enforced on two gateways, {len(times)} rounds: median {times[len(times) // 2]:.2f} s, longest {times[-1]:.2f} s (bound: 2 s)")
        return times[-1] < 2

    def push(self, bundle, store):
        self.aegis("bundles", "push", bundle, "--store", store, "--key", self.key)

    # Activation beside decisions

    def large_policies(self):
        """The benchmark's policies, and as many others as make an archive of 10 MB."""
        folder = self.home / "large"
        shutil.copytree(ROOT / "Benchmarks/policies", folder)
        source = random.Random(7)
        for n in range(self.options.policies):
            name = f"bulk-{n}"
            paths = "".join(f"  - GET /{source.choice(WORDS)}/{source.getrandbits(160):x}/{source.choice(WORDS)}\n" for _ in range(6))
            (folder / f"{name}.yaml").write_text(
                f"aegis: v1\nkind: Tool\nname: bulk.tool-{n}\n---\n"
                f"aegis: v1\nkind: Policy\nname: {name}\ndescription: \"{source.getrandbits(16384):x}\"\nagents: [finance-agent]\ntools: [bulk.tool-{n}]\n"
                f"effect: allow\nallowed_endpoints:\n{paths}")
        return folder

    def activation(self):
        folder = self.large_policies()
        live = self.home / "live.tar.gz"
        bundles = []
        for version in (1, 2, 3, 4, 5, 6):
            bundles.append(self.home / f"large-{version}.tar.gz")
            started = time.monotonic()
            self.aegis("policy", "build", folder, "-o", bundles[-1], "--key", self.key, "--tenant", "acme", "--version", version)
            if version == 1:
                print(f"{self.options.policies} policies more, archive of {bundles[0].stat().st_size / 1e6:.1f} MB, built in {time.monotonic() - started:.1f} s")
        shutil.copy(bundles[0], live)
        key = self.issue("load", "finance-1")
        self.serve("load", API, f"127.0.0.1:{GRPC}", "--bundle", live)
        body = json.dumps({"agent": {"id": "finance-agent"}, "tool": {"name": "payments.transfer"},
                           "parameters": {"amount": 4999, "currency": "EUR", "to": "DE89370400440532013000", "memo": "invoice 17"},
                           "request": {"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"}})
        script = self.home / "call.lua"
        script.write_text(f'wrk.method = "POST"\nwrk.headers["content-type"] = "application/json"\nwrk.headers["x-aegis-api-key"] = "{key}"\nwrk.body = [[{body}]]\n'
                          f"function delay() return {self.options.pause} end\n")
        self.load(script, 3)
        rows = []
        for _ in range(self.options.repeats):
            rows.append([self.load(script, self.options.seconds), None, 0])
            done = threading.Event()
            count = [self.active(API)]

            def activate():
                while not done.is_set() and count[0] < len(bundles):
                    temporary = live.with_suffix(".new")
                    shutil.copy(bundles[count[0]], temporary)
                    temporary.replace(live)
                    count[0] += 1
                    while not done.is_set() and self.active(API) < count[0]:
                        time.sleep(0.05)

            before = count[0]
            thread = threading.Thread(target=activate)
            thread.start()
            rows[-1][1] = self.load(script, self.options.seconds)
            done.set()
            thread.join()
            rows[-1][2] = self.active(API) - before
        self.stop()
        for peace, busy, activations in rows:
            print(f"p50 {peace[0]:.2f} -> {busy[0]:.2f} ms, p99 {peace[1]:.2f} -> {busy[1]:.2f} ms ({100 * (busy[1] / peace[1] - 1):+.0f} %), "
                  f"{peace[2]:.0f} -> {busy[2]:.0f} calls/s, {activations} activations meanwhile")
        rise = min(busy[1] / peace[1] for peace, busy, activations in rows if activations) if any(row[2] for row in rows) else 9
        print(f"p99 rises by {100 * (rise - 1):.0f} % (bound: 20 %)")
        return rise <= 1.2

    def load(self, script, seconds):
        done = subprocess.run(["wrk", "-t1", f"-c{self.options.connections}", f"-d{seconds}s", "--latency", "-s", script, f"http://127.0.0.1:{API}/v1/decisions"],
                              capture_output=True, text=True, check=True).stdout
        if "Non-2xx" in done:
            sys.exit(f"the load was not answered:\n{done}")
        scale = {"us": 1e-3, "ms": 1.0, "s": 1e3}

        def at(percent):
            number, unit = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)", done).groups()
            return float(number) * scale[unit]

        return at(50), at(99), float(re.search(r"Requests/sec:\s+([\d.]+)", done).group(1))

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(30)
        self.processes = []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--aegis", default=str(ROOT / ".build/release/aegis"))
    parser.add_argument("--home", help="where to work (default: the system's temporary folder)")
    parser.add_argument("--policies", type=int, default=1350, help="policies beside the benchmark's own; 1350 make about 10 MB")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--seconds", type=int, default=10, help="of each load")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--pause", type=int, default=10, help="milliseconds between a connection's calls; 0 saturates the machine, which "
                        "then has no processor left for anything else")
    parser.add_argument("--only", choices=["publish", "activation"])
    bench = Bench(parser.parse_args())
    try:
        good = [run() for name, run in (("publish", bench.publish_to_enforced), ("activation", bench.activation)) if bench.options.only in (None, name)]
    finally:
        bench.stop()
        shutil.rmtree(bench.home, ignore_errors=True)
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()

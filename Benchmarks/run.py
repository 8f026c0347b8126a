#!/usr/bin/env python3
"""Measures Aegis as it ships: in-process decisions, the journal, and the whole path through Envoy, with and without Aegis.

Everything runs on loopback and is bounded: `--seconds` a load (default 5), three connection counts, four kinds of call. Figures are
only worth comparing within one run. `--kill` sends SIGKILL to Aegis in the middle of a load and verifies the trail.
"""
import argparse
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
HERE = pathlib.Path(__file__).resolve().parent
ADMIN, PLAIN, GUARDED, GRPC, API = 10101, 10102, 10103, 10104, 10105

TRANSFER = json.dumps({"amount": 4999, "currency": "EUR", "to": "DE89370400440532013000", "memo": "invoice 17"})
LLM = json.dumps({"prompt": "sum up", "cost_usd": 0.0001})
CALLS = {
    "payment, allowed": ("finance-1", "POST", "payments.acme.example", "/v1/transfers", TRANSFER, {}),
    "payment, denied": ("finance-1", "POST", "payments.acme.example", "/v1/transfers", TRANSFER.replace("4999", "60000"), {}),
    "record read": ("clinical-1", "GET", "ehr.acme.example", "/ehr/p-17", None, {"x-aegis-purpose": "care"}),
    "model call, budgeted": ("llm-1", "POST", "llm.acme.example", "/v1/complete", LLM, {}),
}


class Bench:
    def __init__(self, options):
        self.options = options
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="aegis-bench-", dir=options.home))
        self.keys, self.processes = {}, []

    def aegis(self, *arguments, check=True):
        done = subprocess.run([self.options.aegis, *map(str, arguments)], capture_output=True, text=True)
        if check and done.returncode:
            sys.exit(f"aegis {' '.join(map(str, arguments))} failed:\n{done.stderr}")
        return done

    def start(self, name, command, port, path):
        log = open(self.home / f"{name}.log", "wb")
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        self.processes.append(process)
        for _ in range(400):
            if process.poll() is not None:
                sys.exit(f"{name} stopped:\n{(self.home / (name + '.log')).read_text()[-2000:]}")
            try:
                if urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=1).status == 200:
                    return process
            except OSError:
                time.sleep(0.05)
        sys.exit(f"{name} was not ready; see {self.home}")

    def set_up(self):
        signing = self.home / "keys/policy-signing"
        self.aegis("keys", "generate", "policy-signing", "--out", self.home / "keys")
        self.aegis("policy", "build", HERE / "policies", "-o", self.home / "bundle.tar.gz", "--key", f"{signing}.pem",
                   "--tenant", "acme", "--version", "1")
        for key_id in ("finance-1", "clinical-1", "llm-1"):
            done = self.aegis("keys", "issue", key_id, "--tenant", "acme", "--data-dir", self.home / "data", "--json")
            self.keys[key_id] = json.loads(done.stdout)["api_key"]
        self.server = self.start("aegis", [
            self.options.aegis, "serve", "--data-dir", str(self.home / "data"), "--bundle", str(self.home / "bundle.tar.gz"),
            "--trust", f"{signing}.pub.pem", "--listen", f"127.0.0.1:{API}", "--grpc", f"127.0.0.1:{GRPC}"], API, "/readyz")
        self.start("envoy", [self.options.envoy, "-c", str(HERE / "envoy.yaml"), "--concurrency", "1", "--log-level", "error",
                             "--disable-hot-restart"], ADMIN, "/ready")

    def script(self, call):
        key_id, method, host, path, body, headers = CALLS[call]
        lines = [f'wrk.method = "{method}"', f'wrk.path = "{path}"', f'wrk.headers["Host"] = "{host}"',
                 f'wrk.headers["x-aegis-api-key"] = "{self.keys[key_id]}"']
        if body:
            lines += ['wrk.headers["content-type"] = "application/json"', f"wrk.body = [[{body}]]"]
        lines += [f'wrk.headers["{name}"] = "{value}"' for name, value in headers.items()]
        file = self.home / "call.lua"
        file.write_text("\n".join(lines) + "\n")
        return file

    def wrk(self, port, call, connections, seconds):
        command = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "5s", "--latency", "-s", str(self.script(call)),
                   f"http://127.0.0.1:{port}/"]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def table(self):
        print(f"{'through Envoy':<30} {'connections':>11} {'req/s':>9} {'p50 ms':>8} {'p99 ms':>8} {'not 2xx':>9}", flush=True)
        rows = [("Envoy alone", PLAIN, "payment, allowed")] + [(call, GUARDED, call) for call in CALLS]
        for label, port, call in rows:
            for connections in (1, 8, 64):
                self.wrk(port, call, connections, 1).communicate()  # warm
                text = self.wrk(port, call, connections, self.options.seconds).communicate()[0]
                rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
                other = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
                if bool(other) != ("denied" in label):
                    sys.exit(f"{label}: the calls were not answered as they should be, so their times mean nothing:\n{text}")
                print(f"{label:<30} {connections:>11} {float(rate.group(1)) if rate else 0:>9.0f} {percentile(text, 50):>8.2f} "
                      f"{percentile(text, 99):>8.2f} {other.group(1) if other else 0:>9}", flush=True)

    def kill(self):
        load = self.wrk(GUARDED, "payment, allowed", 64, 4)
        time.sleep(2)
        self.server.send_signal(signal.SIGKILL)
        self.server.wait()
        load.communicate()
        done = self.aegis("audit", "verify", "--data-dir", self.home / "data", check=False)
        print("killed with SIGKILL in the middle of a load at 64 connections; audit verify says:")
        print("  " + (done.stdout or done.stderr).strip().replace("\n", "\n  "))
        return done.returncode

    def tear_down(self):
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            process.wait(10)
        shutil.rmtree(self.home, ignore_errors=True)


def percentile(text, rank):
    found = re.search(rf"^\s+{rank}%\s+([\d.]+)(us|ms|s)\s*$", text, re.M)
    return float(found.group(1)) * {"us": 0.001, "ms": 1, "s": 1000}[found.group(2)] if found else float("nan")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--aegis", default=str(ROOT / ".build/release/aegis"))
    parser.add_argument("--envoy", default=str(ROOT / ".venv/bin/envoy"))
    parser.add_argument("--home", default=str(ROOT / ".build"), help="a folder on the disk that is to be measured")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one second a load")
    parser.add_argument("--no-kill", action="store_true", help="leave out the crash under load")
    options = parser.parse_args()
    if options.quick:
        options.seconds = 1
    print("in process, from JSON bytes to answer", flush=True)
    status = subprocess.run([options.aegis, "bench", str(HERE / "policies"), "--calls", str(HERE / "calls.json"), "--home", options.home,
                             "--growth"]).returncode
    if status:
        return status
    print(flush=True)
    bench = Bench(options)
    try:
        bench.set_up()
        bench.table()
        return 0 if options.no_kill else bench.kill()
    finally:
        bench.tear_down()


if __name__ == "__main__":
    sys.exit(main())

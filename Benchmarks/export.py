#!/usr/bin/env python3
"""What telemetry and SIEM export cost: calls a second through Envoy, with everything switched off and with everything switched on.

On: traces, metrics and logs over OTLP (HTTP), `/metrics` scraped once a second, and the trail at Splunk's collector (without acknowledgement) and
in a file as OCSF. The receivers are answers of an Envoy of their own on the same two cores, so their cost is in the figure too. Each round is a
pair, one load with and one without, in turns which is first; the median of what the pairs cost is the figure, since a host's speed changes by
the minute. At the end the file must have every record of the trail.

    Benchmarks/export.py [--aegis .build/release/aegis] [--seconds 5] [--rounds 8] [--connections 64] [--at-most 10]
"""
import argparse
import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
import urllib.request

from run import API, GRPC, GUARDED, ROOT, Bench

SINK, SINK_ADMIN, METRICS = 10111, 10112, 10113
CALL = "payment, allowed"


class ExportBench(Bench):
    def set_up(self):
        super().set_up()
        self.stop_server()
        (self.home / "sinks.yaml").write_text(f"""
admin: {{address: {{socket_address: {{address: 127.0.0.1, port_value: {SINK_ADMIN}}}}}}}
static_resources:
  listeners:
  - name: sinks
    address: {{socket_address: {{address: 127.0.0.1, port_value: {SINK}}}}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: sinks
          http_filters:
          - name: envoy.filters.http.router
            typed_config: {{"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - match: {{prefix: /services/collector}}
                direct_response: {{status: 200, body: {{inline_string: '{{"text":"Success","code":0}}'}}}}
              - match: {{prefix: /}}
                direct_response: {{status: 200}}
""")
        (self.home / "export.yaml").write_text(f"""
aegis: v1
kind: Export
sinks:
  - {{name: splunk, splunk: {{url: "http://127.0.0.1:{SINK}", token: {{env: BENCH_TOKEN}}, acknowledge: false}}}}
  - {{name: lake, file: {{path: {self.home}/ocsf.jsonl, format: ocsf}}}}
""")
        self.sinks = self.start("sinks", [self.options.envoy, "-c", str(self.home / "sinks.yaml"), "--concurrency", "1", "--log-level", "error",
                                          "--disable-hot-restart"], SINK_ADMIN, "/ready")

    def stop_server(self):
        self.server.send_signal(signal.SIGTERM)
        self.server.wait(60)
        self.processes.remove(self.server)

    def serve(self, exports):
        command = [self.options.aegis, "serve", "--data-dir", str(self.home / "data"), "--bundle", str(self.home / "bundle.tar.gz"),
                   "--trust", str(self.home / "keys/policy-signing.pub.pem"), "--listen", f"127.0.0.1:{API}", "--grpc", f"127.0.0.1:{GRPC}"]
        if exports:
            command += ["--metrics", f"127.0.0.1:{METRICS}", "--export", str(self.home / "export.yaml")]
            os.environ.update(BENCH_TOKEN="bench", OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{SINK}")
        else:
            os.environ.pop("OTEL_EXPORTER_OTLP_ENDPOINT", None)
        self.server = self.start("aegis", command, API, "/readyz")

    def round(self, exports):
        self.serve(exports)
        done = threading.Event()
        if exports:
            threading.Thread(target=self.scrape, args=(done,), daemon=True).start()
        self.wrk(GUARDED, CALL, self.options.connections, 1).communicate()
        if exports:
            # What earlier rounds have left is none of this one's work.
            self.settle()
        before = self.processor_time()
        text = self.wrk(GUARDED, CALL, self.options.connections, self.options.seconds).communicate()[0]
        if "Non-2xx" in text:
            sys.exit(f"calls were not answered as they should be:\n{text}")
        if exports:
            self.tell(self.settle())
        spent = self.processor_time() - before
        done.set()
        self.stop_server()
        calls = int(re.search(r"(\d+) requests in", text)[1])
        return float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]), spent / calls

    def processor_time(self):
        """Microseconds that the gateway and the receivers have had a processor; unlike a rate, it does not follow the host's speed."""
        fields = [pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split() for process in (self.server, self.sinks)]
        return sum(int(times[11]) + int(times[12]) for times in fields) * 1_000_000 / os.sysconf("SC_CLK_TCK")

    def scrape(self, done):
        while not done.wait(1):
            self.metrics()

    def metrics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{METRICS}/metrics", timeout=10) as response:
            return response.read().decode()

    def settle(self):
        """Waits until the sinks are there; returns how long that took."""
        start = time.monotonic()
        # Sinks look at the trail five times a second; what they said before they saw the last records is old.
        time.sleep(0.5)
        while time.monotonic() - start < 300:
            text = self.metrics()
            if len(re.findall(r'export_lag_seconds\{sink="\w+"\} 0\n', text)) == 2:
                break
            time.sleep(0.2)
        return time.monotonic() - start

    def tell(self, seconds):
        """Says how long the sinks took to catch up, and what telemetry was dropped."""
        text = self.metrics()
        dropped = {signal: int(float(count)) for signal, count in re.findall(r'telemetry_dropped_total\{signal="(\w+)"\} (\d+)', text)}
        exported = {signal: int(float(count)) for signal, count in re.findall(r'telemetry_exported_total\{signal="(\w+)"\} (\d+)', text)}
        print(f"    sinks caught up {seconds:.1f} s after the load; telemetry exported {exported}, dropped {dropped}", flush=True)

    def check(self):
        done = self.aegis("audit", "tail", "--data-dir", self.home / "data", "-n", "100000000", "--json")
        trail = {json.loads(line)["hash"] for line in done.stdout.splitlines()}
        with open(self.home / "ocsf.jsonl") as lines:
            sent = {json.loads(line)["metadata"]["uid"] for line in lines}
        print(f"the trail has {len(trail)} records, the file {len(sent)} of them")
        return 0 if trail <= sent else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--aegis", default=str(ROOT / ".build/release/aegis"))
    parser.add_argument("--envoy", default=str(ROOT / ".venv/bin/envoy"))
    parser.add_argument("--home", default=str(ROOT / ".build"), help="a folder on the disk that is to be measured")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--at-most", type=float, default=10, help="fail above this cost, in percent")
    options = parser.parse_args()
    bench = ExportBench(options)
    rates, times, costs = {False: [], True: []}, {False: [], True: []}, []
    try:
        bench.set_up()
        for number in range(options.rounds):
            for exports in (number % 2 == 0, number % 2 == 1):
                rate, spent = bench.round(exports)
                rates[exports].append(rate)
                times[exports].append(spent)
                print(f"round {number + 1}, export {'on ' if exports else 'off'}: {rate:8.0f} calls/s, {spent:6.1f} us of a processor a call", flush=True)
            costs.append(100 * (1 - rates[True][-1] / rates[False][-1]))
        # The last records of rounds without export are sent in this one.
        bench.round(True)
        off, on, cost = (statistics.median(values) for values in (rates[False], rates[True], costs))
        print(f"\nmedians: {off:.0f} calls/s without, {on:.0f} with telemetry and export; the pairs cost {cost:.1f} % "
              f"({min(costs):.1f} to {max(costs):.1f}; at most {options.at_most:g} %)")
        off, on = (statistics.median(values) for values in (times[False], times[True]))
        print(f"processor time of the gateway and the receivers, a call: {off:.1f} us without, {on:.1f} with")
        return bench.check() or (1 if cost > options.at_most else 0)
    finally:
        bench.tear_down()


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Measures what the Python SDK adds to one call of a tool: a guarded call of an empty function, over a kept connection, against a local
`aegis serve` of the binary in AEGIS_BINARY. Each call's decision is checked. Times are wall clock, one caller.

The bare round trip is httpx alone on `/healthz`: what no client of an HTTP decision point can go below. Without retries a call carries
no idempotency key, and the server need not keep its answer.
"""
import argparse
import asyncio
import pathlib
import tempfile
import time

import httpx

from aegis import Aegis
from aegis.testing import AegisServer

TARGET_MS = 1.5
POLICIES = """
aegis: v1
kind: Agent
name: finance-agent
identities: [{api_key: finance-1}]
scopes: ["*"]
---
aegis: v1
kind: Tool
name: pay
parameters:
  type: object
  required: [amount, to]
  properties: {amount: {type: number, exclusiveMinimum: 0}, to: {type: string}}
---
aegis: v1
kind: Policy
name: payments
agents: [finance-agent]
tools: [pay]
effect: allow
max_amount: 5000
"""


def pay(amount, to):
    return amount


async def apay(amount, to):
    return amount


def timed(call, count):
    times = []
    for number in range(count + 200):
        started = time.perf_counter()
        answer = call()
        times.append(time.perf_counter() - started)
        assert answer in (20, 200), answer
    return sorted(times[200:])


async def atimed(call, count):
    times = []
    for number in range(count + 200):
        started = time.perf_counter()
        answer = await call()
        times.append(time.perf_counter() - started)
        assert answer == 20, answer
    return sorted(times[200:])


def row(label, times, bare):
    p50, p99 = (times[int(len(times) * rank)] * 1000 for rank in (0.5, 0.99))
    print(f"{label:<52} {p50:>8.2f} {p99:>8.2f} {'' if bare is None else f'{p50 - bare:>14.2f}'}", flush=True)
    return p50


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=2000)
    count = parser.parse_args().calls
    print(f"{'Python SDK, one call of a guarded tool':<52} {'p50 ms':>8} {'p99 ms':>8} {'above bare ms':>14}")
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "policies.yaml").write_text(POLICIES)
        with AegisServer(folder, keys=["finance-1"]) as server:
            with httpx.Client(base_url=server.url, trust_env=False) as client:
                bare = row("bare httpx round trip", timed(lambda: client.get("/healthz").status_code, count), None)
            medians = {}
            for retries, name in ((2, "as it comes, with an idempotency key"), (0, "retries=0, without a key")):
                aegis: Aegis = server.client("finance-agent", "finance-1", retries=retries)
                guarded, aguarded = aegis.guarded("pay")(pay), aegis.guarded("pay")(apay)
                to = "DE89370400440532013000"

                async def run(aegis=aegis, aguarded=aguarded):
                    async with aegis:
                        return await atimed(lambda: aguarded(20, to), count)

                medians[name] = row(f"sync, {name}", timed(lambda guarded=guarded: guarded(20, to), count), bare)
                row(f"asyncio, {name}", asyncio.run(run()), bare)
            recorded = [record for record in server.records() if record.get("decision") == "allow"]
            assert len(recorded) == 4 * (count + 200), len(recorded)
    for name, median in medians.items():
        verdict = "met" if median <= TARGET_MS else "NOT MET"
        print(f"target {TARGET_MS} ms p50, {name}: {verdict} ({median:.2f} ms, each call recorded on disk)")


if __name__ == "__main__":
    main()

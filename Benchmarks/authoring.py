#!/usr/bin/env python3
"""Measures what authors wait for: building 1 000 policies, and replaying 100 000 recorded decisions against a candidate.

    Benchmarks/authoring.py --aegis .build/release/aegis [--policies 1000] [--decisions 100000]

The replay's report is checked against what must change; a wrong count ends the run, since its time would mean nothing.
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent


def aegis(options, *arguments):
    start = time.monotonic()
    done = subprocess.run([options.aegis, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"aegis {' '.join(map(str, arguments))} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.monotonic() - start, done.stdout


def many_policies(folder, count):
    """A tree as a large tenant has it: an agent and a tool for every five policies, each policy with conditions and limits."""
    folder.mkdir(parents=True)
    for group in range(0, count, 50):
        documents = []
        for number in range(group, min(group + 50, count)):
            team = number // 5
            if number % 5 == 0:
                documents.append(
                    f"aegis: v1\nkind: Agent\nname: agent-{team}\nowner: team-{team}\nidentities: [{{api_key: key-{team}}}]\nscopes: [\"team{team}.*\"]\n")
                documents.append(
                    f"aegis: v1\nkind: Tool\nname: team{team}.pay\nmatch: [{{http: {{method: POST, host: t{team}.acme.example, path: /v1/pay}}}}]\n"
                    "parameters:\n  type: object\n  required: [amount, currency, to]\n  additionalProperties: false\n  properties:\n"
                    "    amount: {type: number, exclusiveMinimum: 0}\n    currency: {enum: [EUR, USD]}\n    to: {type: string, pattern: \"^[A-Z]{2}[0-9]{2,30}$\"}\n"
                    "    memo: {type: string, maxLength: 140, default: \"\"}\nsensitive: [\"$.to\"]\nrisk: high\n")
            documents.append(
                f"aegis: v1\nkind: Policy\nname: policy-{number}\nagents: [agent-{team}]\ntools: [\"team{team}.*\"]\n"
                f"hard_max_amount: {50000 + number}\nrequire: {{purpose: [payroll, invoice]}}\n"
                "approval: {approvers: [\"role:treasurer\"]}\nrules:\n"
                f"  - {{name: large, effect: approval_needed, when: [params.amount > {1000 + number}]}}\n"
                f"  - {{name: dollars, effect: deny, when: ['params.currency == \"USD\"', params.amount > {number + 1}]}}\n"
                f"  - {{name: small, effect: allow, when: [params.amount <= {1000 + number}]}}\n"
                "sanitize: [{detectors: [email, us_ssn], paths: [\"$.memo\"]}]\n")
        (folder / f"policies-{group:05d}.yaml").write_text("---\n".join(documents))


def build(options, home):
    folder = home / "many"
    many_policies(folder, options.policies)
    aegis(options, "keys", "generate", "ops", "--out", home / "keys")
    times = [aegis(options, "policy", "build", folder, "-o", home / "many.tar.gz", "--key", home / "keys/ops.pem", "--version", 1)[0]
             for _ in range(3)]
    print(f"policy build of {options.policies} policies: {min(times):.2f} s (aim: under 2 s), lint "
          f"{aegis(options, 'policy', 'lint', folder)[0]:.2f} s, diff with itself "
          f"{aegis(options, 'policy', 'diff', folder, home / 'many.tar.gz')[0]:.2f} s")


def replay(options, home):
    data = home / "data"
    took, _ = aegis(options, "bench", HERE / "policies", "--calls", HERE / "calls.json", "--record", options.decisions, "--home", data)
    print(f"recorded {options.decisions} decisions in {took:.1f} s")
    candidate = home / "candidate"
    shutil.copytree(HERE / "policies", candidate)
    text = (candidate / "policies.yaml").read_text()
    changed = text.replace("max_amount: 5000\napproval_needed: params.amount > 5000", "max_amount: 3000\napproval_needed: params.amount > 3000")
    assert changed != text, "the benchmark's policies have another threshold"
    (candidate / "policies.yaml").write_text(changed)
    for workers in (1, None):
        arguments = ["--workers", workers] if workers else []
        took, out = aegis(options, "policy", "replay", "--bundle", candidate, "--data-dir", data, "--tenant", "bench", "--since", "7d",
                          "--json", *arguments)
        report = json.loads(out)
        calls = json.loads((HERE / "calls.json").read_text())["calls"]
        expected = sum(1 for number in range(options.decisions) if calls[number % len(calls)]["name"] == "payment, allowed")
        found = [(row["before"], row["after"], row["count"]) for row in report["rows"] if not row["shadow"]]
        if found != [("allow", "approval_needed", expected)] or report["replayed"] != options.decisions:
            sys.exit(f"a wrong report: {found}, {report['replayed']} replayed, {report['not_replayable']}")
        print(f"replay of {report['replayed']} decisions with {workers or 'all'} workers: {took:.2f} s (aim: under 10 s), "
              f"{report['changed']} would change")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--aegis", default=str(HERE.parent / ".build/release/aegis"))
    parser.add_argument("--policies", type=int, default=1000)
    parser.add_argument("--decisions", type=int, default=100_000)
    options = parser.parse_args()
    home = pathlib.Path(tempfile.mkdtemp(prefix="aegis-authoring-"))
    try:
        build(options, home)
        replay(options, home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()

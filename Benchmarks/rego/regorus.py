#!/usr/bin/env python3
"""Times regorus (PyPI opa-eval) on one benchmark folder, for `aegis rego bench --beside regorus`.

The first line on standard output holds the engine and its answer; then each line on standard input, a number of runs, is answered by
the nanoseconds that they took. A run reads the input's JSON, evaluates and writes the answer's JSON, as ours does. The package's
regorus reads Rego v0 unless told otherwise, so `import rego.v1` is put behind the package clause.
"""
import importlib.metadata
import json
import pathlib
import re
import sys
import tempfile
import time


def say(**fields):
    print(json.dumps(fields), flush=True)


def with_v1(source):
    """The policy with `import rego.v1` right after its package clause, unless it is there."""
    if re.search(r"^import rego\.v1$", source, re.MULTILINE):
        return source
    return re.sub(r"^(package .*)$", r"\1\nimport rego.v1", source, count=1, flags=re.MULTILINE)


def main():
    try:
        import opa_eval
    except ImportError:
        say(error=f"{sys.executable} has no opa-eval\nfix: {sys.executable} -m pip install -r scripts/requirements.txt")
        return
    folder = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        policy = pathlib.Path(scratch, "policy.rego")
        policy.write_text(with_v1((folder / "policy.rego").read_text()))
        text = (folder / "input.json").read_text()
        try:
            engine = opa_eval.OpaEval(
                str(policy), data_json=(folder / "data.json").read_text(), query=(folder / "query.txt").read_text().strip()
            )
            answer = engine.evaluate(text)
        except RuntimeError as error:
            say(error=f"regorus refuses `{folder}`: {error}")
            return
    say(engine=f"regorus (opa-eval {importlib.metadata.version('opa-eval')})", answer=answer)
    for line in sys.stdin:
        runs = range(int(line))
        start = time.perf_counter_ns()
        for _ in runs:
            engine.evaluate(text)
        say(nanoseconds=time.perf_counter_ns() - start)


if __name__ == "__main__":
    main()

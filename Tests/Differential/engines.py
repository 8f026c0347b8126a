"""Asks the three engines for the answers to many programs; a process that dies or hangs costs one answer, not the run."""
import json
import os
import pathlib
import select
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
AEGIS = pathlib.Path(os.environ.get("AEGIS_BINARY", ROOT / ".build/debug/aegis"))
PATIENCE = 10  # seconds for one program of ours, which takes milliseconds
OTHERS_PATIENCE = 3  # seconds for another engine; rego-cpp loops on one program in hundreds
UNWANTED = "no engine answers this"


class Worker:
    """A process that keeps one of the other engines; a new one takes its place when it dies or hangs."""

    LIFE = 300  # programs; rego-cpp gives back no memory

    def __init__(self, engine):
        self.engine, self.process, self.asked = engine, None, 0

    def ask(self, line):
        self.asked += 1
        if self.process and self.asked % self.LIFE == 0:
            self.stopped("is replaced")
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, str(pathlib.Path(__file__).with_name("others.py")), self.engine], text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
            if not select.select([self.process.stdout], [], [], OTHERS_PATIENCE)[0]:
                return self.stopped("hangs")
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        return json.loads(answer) if answer else self.stopped("crashes")

    def stopped(self, why):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process = None
        return {"error": why}


WORKERS = {engine: Worker(engine) for engine in ("regorus", "rego-cpp")}


def others(engine, programs):
    """The answers of `regorus` or `rego-cpp`: {"value": …} or {"error": text}."""
    return [WORKERS[engine].ask(json.dumps({"text": one.text, "data": one.data, "input": one.input, "query": one.query}))
            for one in programs]


def ours(programs, strict=False):
    """Our answers, by way of `aegis rego conformance`: each program is a case that wants what cannot be, so each is reported."""
    if not programs:
        return []
    cases = [{"id": str(number), "query": f"x = {one.query}", "modules": [one.text], "data": one.data, "input": one.input,
              "want_result": [{"x": UNWANTED}], "strict_error": strict} for number, one in enumerate(programs)]
    with tempfile.TemporaryDirectory() as folder:
        category = pathlib.Path(folder, "differential")
        category.mkdir()
        (category / "programs.json").write_text(json.dumps({"cases": cases}), encoding="utf-8")
        try:
            done = subprocess.run([str(AEGIS), "rego", "conformance", "--json", folder], capture_output=True, text=True,
                                  timeout=PATIENCE + len(programs))
            report = json.loads(done.stdout)
        except (subprocess.TimeoutExpired, json.JSONDecodeError) as error:
            if len(programs) == 1:
                hangs = isinstance(error, subprocess.TimeoutExpired)
                return [{"error": "hangs" if hangs else f"crashes: exit {done.returncode}: {done.stderr[-2000:]}"}]
            middle = len(programs) // 2
            return ours(programs[:middle], strict) + ours(programs[middle:], strict)
    answers = [None] * len(programs)
    for miss in report["misses"]:
        answers[int(miss["id"])] = answer_in(miss["problem"])
    assert None not in answers, "the report lacks a program"
    return answers


def answer_in(problem):
    wanted = f'wanted [{{"x":"{UNWANTED}"}}], got '
    if problem.startswith(wanted):
        rows = json.loads(problem[len(wanted):])
        return {"value": rows[0]["x"]} if rows else {"error": "undefined"}
    return {"error": problem}

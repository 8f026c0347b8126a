"""Compares Aegis with regorus and rego-cpp on random programs.

    python differential.py --seed 1 --count 1000

regorus has no way to take a failing builtin for undefined, so its answer counts as ours when it is what we say with strict builtin
errors or without. A difference that `known_differences` explains is counted by its reason; any other is printed with the smallest
program that shows it, and fails the run.
"""
import argparse
import collections
import json
import re
import sys
import time

from engines import ours, others
from generator import Generator, Program
from known_differences import KNOWN
from syntax import smaller

BATCH = 200


class Comparison:
    """What all three say to one program."""

    def __init__(self, program, lax, strict, regorus, rego_cpp):
        self.program, self.lax, self.strict = program, lax, strict
        self.others = {"regorus": regorus, "rego-cpp": rego_cpp}

    @property
    def differing(self):
        """The engines that say something else than we do."""
        if fault(self.lax) or fault(self.strict):
            return ["aegis"]
        return [engine for engine, answer in self.others.items() if not any(
            same(answer, mine) for mine in ([self.lax, self.strict] if engine == "regorus" else [self.lax]))]

    @property
    def signature(self):
        """What stays the same while the program shrinks."""
        return tuple(self.differing), kind(self.lax), *(kind(answer) for answer in self.others.values())

    @property
    def has_wrong_answer(self):
        """Whether an engine answers otherwise without an error: then only a small program tells why."""
        return any("value" in self.others[engine] and "value" in self.lax for engine in self.differing if engine in self.others)

    def reasons(self):
        """What explains each engine that differs; None where nothing does."""
        text = self.program.text
        if "value" in self.lax and "multiple outputs" in self.others["regorus"].get("error", "") and "<error>" in self.others["rego-cpp"].get(
                "error", ""):
            return dict.fromkeys(self.differing)  # both see a conflict where we see none
        return {engine: next((f"{engine}: {known.reason}" for known in KNOWN if engine in self.others
                              and known.explains(engine, self.others[engine], self.lax, text)), None)
                for engine in self.differing}


def fault(answer):
    return answer.get("error", "").startswith(("crashes", "hangs"))


def same(one, other):
    if "error" in one or "error" in other:
        return "error" in one and "error" in other
    return equal(one["value"], other["value"])


def equal(one, other):
    """Equal as JSON: true is not 1, and numbers that left the 53 bits that all engines keep may differ in their last digits."""
    if isinstance(one, bool) or isinstance(other, bool) or one is None or other is None:
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one == other or abs(one - other) <= 1e-12 * max(abs(one), abs(other))
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    return one == other


def kind(answer):
    if "value" in answer:
        return "value"
    text = answer["error"]
    if code := re.search(r"\[(rego_\w+)\]|\b(eval_\w+_error)", text):
        return code[0]
    return re.sub(r"`[^`]*`|\d+", "…", text.split("error:")[-1])[:60] if "eval error" in text else text[:20]


def compare(programs):
    answers = [ours(programs), ours(programs, strict=True), others("regorus", programs), others("rego-cpp", programs)]
    return [Comparison(program, *row) for program, *row in zip(programs, *answers)]


def shrunk(comparison, patience=15):
    """The smallest program found that differs in the same way."""
    end = time.monotonic() + patience
    shrinking = True
    while shrinking and time.monotonic() < end:
        shrinking = False
        trees, start, size = smaller(comparison.program.tree), 0, 8
        while start < len(trees) and time.monotonic() < end:
            programs = [Program(tree, comparison.program.data, comparison.program.input) for tree in trees[start:start + size]]
            start, size = start + size, 32
            better = next((one for one in compare(programs) if one.signature == comparison.signature), None)
            if better:
                comparison, shrinking = better, True
                break
    return comparison


class Summary:
    def __init__(self):
        self.programs = self.agreements = self.values = 0
        self.explained = collections.Counter()
        self.unexplained = []

    def add(self, comparison):
        self.programs += 1
        self.values += "value" in comparison.lax
        if not comparison.differing:
            self.agreements += 1
            return
        if None in comparison.reasons().values() or comparison.has_wrong_answer:
            comparison = shrunk(comparison)
        self.judged(comparison)

    def judged(self, comparison):
        reasons = comparison.reasons().values()
        if None in reasons:
            self.unexplained.append(comparison)
        else:
            self.explained.update(reasons)
        return self

    def __str__(self):
        lines = [f"{self.programs} programs ({self.values} with an answer, the others refused), {self.agreements} agreements of all three, "
                 f"{self.programs - self.agreements - len(self.unexplained)} explained differences, {len(self.unexplained)} unexplained"]
        return "\n".join(lines + [f"  {count:6} {text}" for text, count in self.explained.most_common()])


def shown(comparison):
    program = comparison.program
    lines = [f"unexplained difference from {', '.join(comparison.differing)}", program.text, f"input: {json.dumps(program.input)}",
             f"data: {json.dumps(program.data)}", f"aegis: {comparison.lax}", f"aegis, strict: {comparison.strict}"]
    return "\n".join(lines + [f"{engine}: {str(answer)[-1500:]}" for engine, answer in comparison.others.items()])


def run(seed, count, report=lambda comparison: None, most=10):
    """Compares `count` programs; stops early after `most` unexplained differences."""
    summary = Summary()
    for start in range(0, count, BATCH):
        programs = [Generator(f"{seed}/{number}").program() for number in range(start, min(start + BATCH, count))]
        for comparison in compare(programs):
            found = len(summary.unexplained)
            summary.add(comparison)
            if len(summary.unexplained) > found:
                report(summary.unexplained[-1])
        if len(summary.unexplained) >= most:
            break
    return summary


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--most", type=int, default=10, help="stop after so many unexplained differences")
    options = parser.parse_args()
    summary = run(options.seed, options.count, lambda comparison: print(shown(comparison) + "\n", flush=True), options.most)
    print(f"seed {options.seed}: {summary}")
    sys.exit(1 if summary.unexplained else 0)


if __name__ == "__main__":
    main()

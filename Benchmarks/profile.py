#!/usr/bin/env python3
"""Keeps of a profile what the load did often.

    profile.py ALL.proftext Benchmarks/release.proftext

A profile in LLVM's text form (`llvm-profdata merge --text`) has a paragraph for each function, with how often each of its blocks
ran. Those of which no block ran ten thousand times are left out: they are built as without a profile, neither for speed nor,
since some other load may need them, for size.
"""
import pathlib
import sys

OFTEN = 10_000
MARK = ":ir\n"


def kept(function):
    """A function's paragraph as LLVM reads it; none for one that did not run often."""
    lines = function.split("\n")
    first = lines.index("# Counter Values:") + 1
    last = first + int(lines[lines.index("# Num Counters:") + 1])
    if max(map(int, lines[first:last])) < OFTEN:
        return None
    # A `$` behind the counters begins the size of a bitmap, and Swift's names begin with one: so there is a bitmap, of no bytes.
    return "\n".join(lines[:last] + ["$0"] + lines[last:])


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    head, mark, rest = pathlib.Path(sys.argv[1]).read_text().partition(MARK)
    if not mark:
        sys.exit(f"error: {sys.argv[1]} is no profile of LLVM's IR in text form\nfix: make it with scripts/profile-release")
    functions = [function.strip("\n") for function in rest.split("\n\n") if function.strip()]
    often = [text for text in map(kept, functions) if text]
    pathlib.Path(sys.argv[2]).write_text(head + mark + "\n\n".join(often) + "\n")
    print(f"kept {len(often)} of {len(functions)} functions")


if __name__ == "__main__":
    main()

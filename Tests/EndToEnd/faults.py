"""The rows of docs/reference/faults.md: reason code and status by the row's name."""
import functools
import inspect
import re

from conftest import ROOT

ROWS = {name: (code, int(status) if status.strip() else None) for name, code, status in
        re.findall(r"^\| `([a-z-]+)` \|.*\| `(\w+)` \| *(\d*) *\|$", (ROOT / "docs/reference/faults.md").read_text(), re.M)}


def provokes(row):
    """Hands the row's code to the test."""
    def decorate(test):
        @functools.wraps(test)
        def wrapped(*arguments, **named):
            return test(*arguments, code=ROWS[row][0], **named)
        wrapped.__signature__ = inspect.Signature([one for one in inspect.signature(test).parameters.values() if one.name != "code"])
        return wrapped
    return decorate


def provoke(row, decision):
    """The decision is the row's."""
    assert (decision["decision"], decision["decision_reason"]["code"]) == ("deny", ROWS[row][0]), decision

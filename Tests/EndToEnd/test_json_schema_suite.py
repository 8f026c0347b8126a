"""The official JSON Schema test suite against the real binary: no case of what we support fails, and what we do not support is
refused by its name."""
import json
import re
import subprocess
import sys

from conftest import AEGIS, ROOT

# What a refusal may be about. Anything else that is refused would be a keyword of 2020-12 that we claim to check.
UNSUPPORTED = [
    r"the schema keyword `(\$id|\$dynamicRef|\$dynamicAnchor|\$vocabulary|content\w+|dependencies|definitions)` is not supported.*",
    r"the schema keyword `(unknown-keyword|array_of_schemas)` is not supported",  # keywords of nobody
    r"the format `(idn-email|idn-hostname|iri|iri-reference|uri-template|relative-json-pointer|regex|unknown)` is not supported",
    r"`.*` refers beyond the schema", r"`.*` is no schema of this tool", r"`.*` is no RE2 pattern", r"`.*` is another dialect",
    r"the default does not fit the schema it stands in", r"`(then|else|minContains|maxContains)` means nothing without `.*`",
    r"`.*` is required and not declared", r"`.*` says nothing about .*", r"`multipleOf` is .*",
]


def test_the_official_suite():
    done = subprocess.run([sys.executable, str(ROOT / "scripts/json-schema-suite"), "--aegis", str(AEGIS), "--json"],
                          capture_output=True, text=True, timeout=900)
    report = json.loads(done.stdout)
    assert report["failed"] == [] and done.returncode == 0, report["failed"][:10]
    assert report["counts"]["passed"] >= 1440, report["counts"]
    for reason in report["reasons"]:
        if reason.startswith("refused: "):
            assert any(re.fullmatch(one, reason.removeprefix("refused: ")) for one in UNSUPPORTED), reason

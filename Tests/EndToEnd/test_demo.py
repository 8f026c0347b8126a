"""The main job: the demo's stories through the real Envoy, twice, each ending as expected."""
import subprocess
import sys

import packs
import pytest
from conftest import AEGIS, ENVOY, ROOT, run


@pytest.mark.parametrize("time", ["first", "second"])
def test_the_demo_ends_with_every_story_as_expected(tmp_path_factory, time):
    home = tmp_path_factory.getbasetemp() / "demo"
    done = subprocess.run(
        [sys.executable, ROOT / "examples/first-light/demo.py", "--aegis", AEGIS, "--envoy", ENVOY, "--home", home],
        capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "steps were as expected" in done.stdout


def test_the_demos_trail_makes_a_pack_that_verifies_without_aegis(tmp_path_factory, tmp_path):
    """An auditor with Python alone; then one flipped bit, and the record is named."""
    home = tmp_path_factory.getbasetemp() / "demo"
    out = tmp_path / "acme.tar.gz"
    run("evidence", "build", "--tenant", "acme", "--data-dir", home / "data", "--trust", home / "keys/policy-signing.pub.pem",
        "--with-inputs", "--samples", 2, "-o", out)
    pack = packs.Pack(out)
    script = tmp_path / "verify.py"
    script.write_bytes(pack.files["verify.py"])

    def verify(path):
        return subprocess.run([sys.executable, "-I", script, path], capture_output=True, text=True, timeout=60,
                              cwd=tmp_path, env={"PATH": "/usr/bin:/bin"})
    whole = verify(out)
    assert whole.returncode == 0 and "whole: " in whole.stdout, whole.stderr
    replayed = run("evidence", "verify", out, "--replay")
    assert "replayed: " in replayed.stdout
    lines, at = pack.lines, pack.place(9)
    flipped = bytearray(lines[at])
    flipped[flipped.index(b'"time":"') + 20] ^= 1
    lines[at] = bytes(flipped)
    pack.lines = lines
    broken = verify(pack.write(tmp_path / "flipped.tar.gz"))
    assert broken.returncode == 1
    assert "record 9 of `gw-1/acme` was changed: it does not match its hash [pack.record]" in broken.stderr

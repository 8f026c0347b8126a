"""The example that uses the Rego engine alone as a library runs and prints what its folder says."""
import subprocess

from conftest import AEGIS, ROOT


def test_the_library_example_prints_what_it_should():
    done = subprocess.run([AEGIS.with_name("rego-library")], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (ROOT / "examples/rego-library/expected.txt").read_text()

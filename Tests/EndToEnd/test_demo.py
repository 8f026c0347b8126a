"""The main job: the demo's stories through the real Envoy, twice, each ending as expected."""
import subprocess
import sys

import pytest

from conftest import AEGIS, ENVOY, ROOT


@pytest.mark.parametrize("run", ["first", "second"])
def test_the_demo_ends_with_every_story_as_expected(tmp_path_factory, run):
    home = tmp_path_factory.getbasetemp() / "demo"
    done = subprocess.run(
        [sys.executable, ROOT / "examples/first-light/demo.py", "--aegis", AEGIS, "--envoy", ENVOY, "--home", home],
        capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "steps were as expected" in done.stdout

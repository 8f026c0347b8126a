"""`aegis rego bench`: our benchmark policies answer as regorus answers, and what is missing is said plainly. No times are asserted."""
import json
import sys

from conftest import ROOT, run


def test_both_engines_give_the_same_answers():
    done = run("rego", "bench", ROOT / "Benchmarks/rego", "--beside", "regorus", "--python", sys.executable, "--driver",
               ROOT / "Benchmarks/rego/regorus.py", "--rounds", "1", "--json")
    policies = json.loads(done.stdout)["policies"]
    assert [(policy["name"], policy["same_answer"]) for policy in policies] == [("access", True), ("textscan", True), ("toolcall", True)]


def test_a_python_without_the_package_is_told_how_to_get_it(tmp_path):
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nexec {sys.executable} -S -E \"$@\"\n")
    python.chmod(0o755)
    done = run("rego", "bench", ROOT / "Benchmarks/rego/access", "--beside", "regorus", "--python", python, "--driver",
               ROOT / "Benchmarks/rego/regorus.py", "--rounds", "1", check=False)
    assert done.returncode == 2
    assert "has no opa-eval\nfix: " in done.stderr and "-m pip install -r scripts/requirements.txt" in done.stderr


def test_loading_is_measured():
    loading = json.loads(run("rego", "bench", "--load", "1", "--rounds", "1", "--json", check=False).stdout)["loading"]
    assert 990_000 < loading["bytes"] < 1_010_000

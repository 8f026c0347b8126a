"""What the tests of the examples' policies expect is what every engine says: Aegis, regorus and rego-cpp.

The bundle is built and signed by Aegis, and verified here by another JWT library. Each case of each PolicyTest gives one input;
the whole of `data.aegis.decision` must be the same, not only its outcome.
"""
import json
import subprocess

import pytest
import regopy
import opa_eval

import bundles
from engines import AEGIS, ROOT

FOLDERS = sorted(ROOT.glob("examples/*/policies"))


def run(*arguments, check=True):
    done = subprocess.run([str(AEGIS), *map(str, arguments)], capture_output=True, text=True, timeout=120)
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    home = tmp_path_factory.mktemp("keys")
    run("keys", "generate", "ops", "--out", home)
    return home


def cases(folder):
    report = json.loads(run("policy", "test", folder, "--json", "--inputs", check=False))
    return [test for test in report["tests"] if "input" in test]


def plain(value):
    """A value as JSON compares it, numbers by their value."""
    return json.loads(json.dumps(value), parse_int=float)


def decided(verdict):
    """All of a verdict but its reasons, of which rego-cpp 1.5.2 has another order and, where types are mixed, fewer.

    It sorts arrays by their texts, 15 before 6, so another finding is the first; and to it a text is not more than a number.
    """
    if not isinstance(verdict, dict):
        return verdict
    return plain({key: decided(value) for key, value in verdict.items() if key not in ("reason", "also")})


def reasons(verdict):
    return {json.dumps(reason, sort_keys=True) for reason in [verdict["reason"], *verdict["also"]]}


@pytest.fixture(scope="module", params=FOLDERS, ids=lambda path: path.parent.name)
def built(request, keys, tmp_path_factory):
    archive = tmp_path_factory.mktemp("bundle") / "bundle.tar.gz"
    run("policy", "build", request.param, "-o", archive, "--key", keys / "ops.pem", "--tenant", "default", "--version", 1)
    files = bundles.verify(archive, (keys / "ops.pub.pem").read_bytes())
    return request.param, bundles.modules(files), json.loads(files["data.json"]), cases(request.param)


def test_every_example_has_tests_and_they_pass(built):
    folder, _, _, found = built
    assert len(found) >= 3, f"{folder} has {len(found)} cases"
    assert [test["case"] for test in found if not test["passed"]] == []


def test_an_altered_file_is_refused_by_the_independent_verifier(built, keys, tmp_path):
    import io
    import tarfile
    folder = built[0]
    archive, changed = tmp_path / "a.tar.gz", tmp_path / "b.tar.gz"
    run("policy", "build", folder, "-o", archive, "--key", keys / "ops.pem", "--tenant", "default", "--version", 1)
    with tarfile.open(archive) as source, tarfile.open(changed, "w:gz") as target:
        for member in source.getmembers():
            data = source.extractfile(member).read()
            if member.name.endswith("decision.rego"):
                data = data.replace(b"deny", b"dEny", 1)
            member.size = len(data)
            target.addfile(member, io.BytesIO(data))
    with pytest.raises(AssertionError, match="decision.rego has another hash"):
        bundles.verify(changed, (keys / "ops.pub.pem").read_bytes())


def test_rego_cpp_decides_the_same(built):
    _, texts, data, found = built
    engine = regopy.Interpreter()
    for name, text in texts.items():
        engine.add_module(name, text)
    engine.add_data_json(json.dumps(data))
    for test in found:
        engine.set_input_term(json.dumps(test["input"]))
        output = engine.query("x = data.aegis.decision")
        assert output.ok(), f"{test['case']}: {output}"
        answer = json.loads(str(output))["bindings"]["x"]
        assert decided(answer) == decided(test["verdict"]), test["case"]
        assert reasons(answer) <= reasons(test["verdict"]), test["case"]


def test_regorus_decides_the_same(built, tmp_path):
    _, texts, data, found = built
    file = tmp_path / "merged.rego"
    file.write_text(bundles.merged(texts))
    engine = opa_eval.OpaEval(str(file), data_json=json.dumps(data), query=bundles.entry(texts))
    for test in found:
        answer = json.loads(engine.evaluate(json.dumps(test["input"])))
        assert plain(answer) == plain(test["verdict"]), test["case"]

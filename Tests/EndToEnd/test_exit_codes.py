"""Exit codes mean the same for every command: 0 fine, 1 failed, 2 usage, 3 invalid policy, 4 denied."""
import pytest

from conftest import run

BROKEN_REGO = "package a\n\nallow if {"
BROKEN_POLICY = "apiVersion: aegis.dev/v1\nkind: Polcy\n"
FINE, FAILED, USAGE, INVALID = range(4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("codes")
    (folder / "fine.rego").write_text("package a\n\nimport rego.v1\n\nallow if input.x == 1\n")
    (folder / "untidy.rego").write_text("package a\nimport rego.v1\nallow if   input.x == 1\n")
    (folder / "broken.rego").write_text(BROKEN_REGO)
    (folder / "failing_test.rego").write_text("package a_test\n\nimport rego.v1\n\ntest_no if 1 == 2\n")
    (folder / "policies").mkdir()
    (folder / "policies" / "broken.yaml").write_text(BROKEN_POLICY)
    run("keys", "generate", "key", "--out", folder)
    return folder


@pytest.mark.parametrize("arguments, code", [
    ("rego check fine.rego", FINE),
    ("rego check broken.rego", INVALID),
    ("rego check", USAGE),
    ("rego check missing.rego", USAGE),
    ("rego eval 1+1", FINE),
    ("rego eval --fail -d fine.rego data.a.allow", FAILED),
    ("rego eval --strict-builtin-errors 1/0", FAILED),
    ("rego eval 1+", INVALID),
    ("rego eval -d broken.rego 1", INVALID),
    ("rego eval --nonsense 1", USAGE),
    ("rego test failing_test.rego", FAILED),
    ("rego test broken.rego", INVALID),
    ("rego fmt --check untidy.rego", FAILED),
    ("rego fmt broken.rego", INVALID),
    ("policy lint policies", INVALID),
    ("policy build policies -o bundle.tar.gz --key key.pem", INVALID),
    ("policy test policies", INVALID),
    ("policy lint", USAGE),
    ("policy history --history nowhere", FAILED),
    ("policy show 1 --history nowhere", FAILED),
    ("policy review prp_1 --history nowhere", FAILED),
    ("audit verify --dir nowhere", FAILED),
    ("detect fine.rego", FINE),
    ("detect fine.rego --action nonsense", USAGE),
])
def test_each_means_one_thing(folder, arguments, code):
    done = run(*arguments.split(), cwd=folder, check=False)
    assert done.returncode == code, done
    assert code not in (USAGE, INVALID) or done.stderr, "a mistake without a word"


def test_a_folder_of_histories_that_is_not_there_is_no_empty_history(folder):
    done = run("policy", "history", "--history", "nowhere", cwd=folder, check=False)
    assert (done.stdout, done.stderr) == ("", (
        "error: there is no folder of histories `nowhere`\n"
        "fix: name it: --history DIR or AEGIS_HISTORY; `aegis policy propose` begins one\n"))


def test_whoever_gets_no_answer_learns_which_setting_leads_there(folder):
    env = {"AEGIS_API_KEY": "x"}
    history = run("policy", "history", env=env | {"AEGIS_HISTORY": "http://127.0.0.1:1"}, cwd=folder, check=False)
    assert "fix: is `aegis control` running there? Set --history or AEGIS_HISTORY to its address" in history.stderr
    gateway = run("approvals", "list", "--url", "http://127.0.0.1:1", env=env, cwd=folder, check=False)
    assert "fix: is `aegis serve` running there? Set --url or AEGIS_URL to its address" in gateway.stderr
    secret = run("policy", "history", env=env | {"AEGIS_HISTORY": "http://ann:hunter2@127.0.0.1:1"}, cwd=folder, check=False)
    assert "nobody answers at http://127.0.0.1:1: " in secret.stderr and "hunter2" not in secret.stderr
    address = run("policy", "history", "--history", "http://", env=env, cwd=folder, check=False)
    assert address.returncode == USAGE and address.stderr == (
        "error: `http://` is no http address\nfix: set --history or AEGIS_HISTORY to one such as http://127.0.0.1:8181\n")

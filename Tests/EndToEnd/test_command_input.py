"""Commands say why a file that they are given cannot be taken, whatever it is; none of them takes it in silence."""
import os
import re

import pytest

from conftest import run

FILES = {
    "empty": b"",
    "random": os.urandom(5000),
    "cut": b"{",
    "deep": b"[" * 100_000,
    "hostile": b"\x1b]0;owned\x07\xff\xfe\xe2\x80\xae: &a [*a]",
    "folder": None,
    "missing": None,
}
COMMANDS = [
    ["evidence", "verify", "FILE"],
    ["audit", "verify-proof", "FILE", "--key", "FILE"],
    ["audit", "verify-receipt", "FILE"],
    ["keys", "trust", "show", "FILE"],
    ["policy", "verify", "FILE", "--trust", "FILE"],
    ["policy", "lint", "FILE"],
    ["policy", "test", "FILE"],
    ["policy", "diff", "FILE", "FILE"],
    ["rego", "check", "FILE"],
]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("input")
    for name, content in FILES.items():
        if content is not None:
            (folder / name).write_bytes(content)
    (folder / "folder").mkdir()
    return folder


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: "-".join(command[:2]))
def test_every_file_is_refused_in_words(files, command):
    for name in FILES:
        done = run(*[files / name if part == "FILE" else part for part in command], check=False)
        said = done.stdout + done.stderr
        if (command[:2], name) == (["rego", "check"], "folder"):
            assert done.returncode == 0  # a folder without modules has nothing wrong in it
            continue
        assert done.returncode in (1, 2, 3), f"{name}: {done.returncode} {said}"
        assert re.search(r"(?i)error: ", said), f"{name}: {said}"
        assert not re.search(r"Error Domain|NSCocoa|Error\(|could not be completed", said), f"{name}: {said}"
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", said), f"{name}: drives the terminal: {said!r}"


@pytest.mark.parametrize("command, name, said", [
    (["evidence", "verify", "FILE"], "folder", "error: `FILE` is a folder\nfix: give the archive that `aegis evidence build` wrote, a .tar.gz file\n"),
    (["evidence", "verify", "FILE"], "missing", "error: `FILE` cannot be opened\nfix: check the path and your rights to the file\n"),
    (["keys", "trust", "show", "FILE"], "folder", "error: the trust root `FILE` cannot be read: it is a folder\nfix: check the path and your rights to the file\n"),
    (["evidence", "verify", "x", "--checkpoint", "FILE"], "folder", "error: `FILE` cannot be read: it is a folder\nfix: check the path and your rights to the file\n"),
    (["detect", "FILE"], "missing", "error: `FILE` cannot be read: there is no such file\nfix: check the path and your rights to the file\n"),
    (["detect", "FILE"], "folder", "error: `FILE` cannot be read: it is a folder\nfix: check the path and your rights to the file\n"),
    (["policy", "lint", "FILE"], "cut", "error: `FILE` is no file of policies: its name ends in none of .yaml, .yml, .json, .rego\n"
                                        "fix: give the folder that holds the policies, or one of its files\n"),
    (["rego", "check", "FILE"], "missing", "error: `FILE` is not there\nfix: give files that there are, or folders of them\n"),
    (["rego", "eval", "-d", "FILE", "1"], "missing", "error: `FILE` is not there\nfix: give files that there are, or folders of them\n"),
    (["rego", "eval", "-i", "FILE", "1"], "missing", "error: `FILE` cannot be read: there is no such file\nfix: check the path and your rights to the file\n"),
    (["rego", "check", "FILE", "--schema", "FILE"], "missing", "error: `FILE` is not there\nfix: give files that there are, or folders of them\n"),
])
def test_the_words_are_these(files, command, name, said):
    done = run(*[files / name if part == "FILE" else part for part in command], check=False)
    assert done.stderr == said.replace("FILE", str(files / name))
    assert done.returncode != 0


def test_a_call_is_asked_for_with_the_key_of_an_agent():
    done = run("decide", "payments.transfer", "--agent", "finance-agent", env={"AEGIS_API_KEY": ""}, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: no API key\nfix: export AEGIS_API_KEY=…  (a key of the agent")
    assert "aegis keys issue NAME" in done.stderr and "--person" not in done.stderr


def test_the_parameters_of_a_call_are_one_json_object():
    call = ["decide", "payments.transfer", "--agent", "finance-agent", "--parameters"]
    done = run(*call, '{"amount": 1}, "context": {}', env={"AEGIS_API_KEY": "x"}, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: --parameters:1:14: expected the end of the text, found `,`\nfix: ")

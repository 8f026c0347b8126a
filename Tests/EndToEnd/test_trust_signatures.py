"""A trust root that two of three root keys sign: what waits for a signature is shown, is not lost, and is not in force."""
import json

import pytest

from conftest import run


@pytest.fixture
def folder(tmp_path):
    for name in ("one", "two", "three", "maria", "lea"):
        run("keys", "generate", name, "--out", tmp_path)
    run("keys", "trust", "init", tmp_path / "trust.json", "--root", tmp_path / "one.pem", "--root", tmp_path / "two.pem",
        "--root-key", tmp_path / "three.pub.pem", "--threshold", "2")
    return tmp_path


def add(folder, name, *roots, check=True):
    signers = [word for root in roots for word in ("--root", folder / f"{root}.pem")]
    return run("keys", "trust", "add", folder / "trust.json", folder / f"{name}.pub.pem", "--person", name, "--role", "author",
               "--tenant", "acme", *signers, check=check)


def test_a_change_waits_for_the_second_signature_and_is_then_in_force(folder):
    trust, waiting = folder / "trust.json", folder / "trust.json.unsigned"
    done = add(folder, "maria", "one")
    assert (done.stdout, done.stderr) == (
        f"{waiting}: version 2, signed by one, waits for more signatures: aegis keys trust sign {trust} --root KEY\n", "")
    assert "maria" not in run("keys", "trust", "show", trust).stdout
    shown = run("keys", "trust", "show", waiting).stdout
    assert shown.startswith("trust root 2 of ") and ", not in force; signed by one\n" in shown and "maria" in shown

    again = run("keys", "trust", "sign", trust, "--root", folder / "one.pem")
    assert again.stdout == done.stdout and waiting.exists()
    signed = run("keys", "trust", "sign", trust, "--root", folder / "three.pem")
    assert signed.stdout == f"{trust}: version 2, signed by one, three\n"
    assert not waiting.exists()
    assert "maria" in run("keys", "trust", "show", trust).stdout


def test_a_change_that_waits_is_not_lost_by_another(folder):
    trust, waiting = folder / "trust.json", folder / "trust.json.unsigned"
    add(folder, "maria", "one")
    kept = waiting.read_bytes()
    for roots in (("two",), ("two", "three")):
        refused = add(folder, "lea", *roots, check=False)
        assert refused.returncode == 1
        assert refused.stderr == (f"error: `{waiting}` waits for signatures: version 2, signed by one\n"
                                  f"fix: have it signed first (aegis keys trust sign {trust} --root KEY), or remove it\n")
        assert waiting.read_bytes() == kept
    waiting.unlink()
    assert add(folder, "lea", "two", "three").stdout == f"{trust}: version 2, signed by three, two\n"
    assert json.loads(run("keys", "trust", "show", trust, "--json").stdout)["root"]["version"] == 2


def test_what_waited_while_another_version_came_into_force_gives_way(folder):
    waiting = folder / "trust.json.unsigned"
    add(folder, "maria", "one")
    old = waiting.read_bytes()
    waiting.unlink()
    add(folder, "lea", "one", "two")
    waiting.write_bytes(old)
    assert "version 3, signed by one, waits" in add(folder, "maria", "one").stdout


def test_what_waits_and_cannot_be_read_is_left_for_whoever_wrote_it(folder):
    waiting = folder / "trust.json.unsigned"
    for content, what in (("", "this is not strict JSON: 1:1: expected a value, found the end of the text"), ("{}", "`root` must be an object")):
        waiting.write_text(content)
        for words in (["add", folder / "trust.json", folder / "lea.pub.pem", "--person", "lea", "--role", "author", "--tenant", "acme"],
                      ["sign", folder / "trust.json"], ["show", waiting]):
            signers = [] if words[0] == "show" else ["--root", folder / "one.pem"]
            done = run("keys", "trust", *words, *signers, check=False)
            assert done.returncode == 1
            assert done.stderr.startswith(f"{waiting}: error: {what} [document.invalid]\n"), done.stderr
            assert waiting.read_text() == content

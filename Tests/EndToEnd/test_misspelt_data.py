"""Commands that only read say that no gateway keeps its data in a directory, and make none there."""
import json

import pytest

from conftest import FIRST_LIGHT, run


@pytest.mark.parametrize("command", [["keys", "list"], ["keys", "list", "--json"], ["keys", "revoke", "shop-1"]], ids=" ".join)
def test_a_misspelt_directory_is_told_and_not_made(tmp_path, command):
    (tmp_path / "empty").mkdir()
    for name in ("misspelt", "empty"):
        done = run(*command, env={"AEGIS_DATA_DIR": str(tmp_path / name)}, check=False)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (f"error: there is no gateway's data in `{tmp_path / name}`\n"
                               "fix: name the gateway's data with --data-dir or AEGIS_DATA_DIR\n")
    assert not (tmp_path / "misspelt").exists() and not list((tmp_path / "empty").iterdir())


def test_keys_are_listed_and_revoked_where_some_were_issued(tmp_path):
    data = ("--data-dir", tmp_path / "data")
    run("keys", "issue", "shop-1", *data)
    assert "shop-1" in run("keys", "list", *data).stdout
    assert run("keys", "revoke", "shop-1", *data).stdout == "revoked shop-1\n"
    done = run("keys", "revoke", "shop-2", *data, check=False)
    assert done.returncode == 1 and done.stderr.startswith("error: there is no key `shop-2`\n")


@pytest.mark.parametrize("command, said", [
    (["serve", "--policies", FIRST_LIGHT, "--tenant", "AC ME"], "error: `AC ME` cannot be the name of a tenant\nfix: use 1 to 63 of a-z, 0-9, `-` and `_`\n"),
    (["policy", "build", FIRST_LIGHT, "-o", "OUT", "--tenant", "AC ME"], "Error: --tenant `AC ME` cannot be the name of a tenant: 1 to 63 of a-z, 0-9, `-` and `_`\n"),
    (["policy", "build", FIRST_LIGHT, "-o", "OUT", "--version", "0"], "Error: --version 0 is no version: they begin with 1\n"),
    (["approvals", "list", "--status", "pendng"], "Error: --status `pendng` is none of pending, approved, denied, expired, redeemed, withdrawn, all\n"),
    (["bench", FIRST_LIGHT, "--calls", "calls.json"], "error: the list of calls `calls.json` cannot be read: there is no such file\nfix: check the path and your rights to the file\n"),
])
def test_a_value_that_cannot_be_meant_is_refused_by_its_option(tmp_path, command, said):
    done = run(*[tmp_path / "out.tar.gz" if part == "OUT" else part for part in command], check=False)
    assert done.returncode == 2 and done.stderr.startswith(said), done


def test_a_source_date_that_is_none_is_refused(tmp_path):
    run("keys", "generate", "dev", "--out", tmp_path)
    for text in ("abc", "-1", " 1", "1e9", "253402300800", "99999999999999999999"):
        done = run("policy", "build", FIRST_LIGHT, "-o", tmp_path / "out.tar.gz", "--key", tmp_path / "dev.pem", env={"SOURCE_DATE_EPOCH": text}, check=False)
        assert (done.returncode, done.stderr) == (
            2, f"error: SOURCE_DATE_EPOCH is `{text}`, which is no number of seconds up to the year 9999\nfix: set it to seconds since 1970, or unset it\n")


def test_keys_are_listed_for_machines_as_the_api_lists_them(tmp_path):
    data = ("--data-dir", tmp_path)
    run("keys", "issue", "shop-1", *data)
    run("keys", "issue", "olga", "--person", "--role", "auditor", "--role", "operator@acme", "--expires-in", "90d", *data)
    run("keys", "revoke", "shop-1", *data)
    shop, olga = json.loads(run("keys", "list", "--json", *data).stdout)
    assert (shop["state"], shop["expires_at"], shop["previous_until"], shop["roles"], shop["name"]) == ("revoked", None, None, [], None)
    assert shop["revoked_at"].startswith("20") and olga["revoked_at"] is None
    assert (olga["state"], olga["roles"], olga["name"]) == ("active", ["auditor", "operator@acme"], "olga") and olga["expires_at"].startswith("20")

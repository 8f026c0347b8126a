"""Commands that only read say that no gateway keeps its data in a directory, and make none there."""
import pytest

from conftest import run


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

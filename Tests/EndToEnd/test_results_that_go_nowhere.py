"""A result that cannot be written is an error in words, and a place that is no file stays what it is."""
import os
import subprocess
import threading

import pytest

from conftest import AEGIS, ROOT, Gateway, free_port, run

POLICIES = ROOT / "examples" / "first-light" / "policies"
FULL = "error: the result cannot be written: No space left on device\nfix: check what stdout leads to, and the room on its disk\n"


def full(*arguments, env=None):
    with open("/dev/full", "w") as sink:
        return subprocess.run([str(AEGIS), *map(str, arguments)], stdout=sink, stderr=subprocess.PIPE, text=True, timeout=120,
                              env={**os.environ, **(env or {})})


@pytest.mark.parametrize("command", [
    ["version"], ["--help"], ["policy", "--help"], ["policy", "lint", POLICIES], ["policy", "lint", POLICIES, "--json"],
    ["rego", "eval", "1 + 1"],
], ids=lambda command: "-".join(map(str, command)).replace(str(POLICIES), "POLICIES"))
def test_a_full_disk_behind_stdout_is_an_error(command):
    done = full(*command)
    assert (done.returncode, done.stderr[-len(FULL):]) == (1, FULL)


def test_a_key_that_nobody_saw_is_to_be_revoked(tmp_path):
    home = {"AEGIS_DATA_DIR": str(tmp_path / "data")}
    done = full("keys", "issue", "shop-1", env=home)
    assert (done.returncode, done.stderr) == (
        1, "error: the key holds, but its secret could not be shown: No space left on device\n"
           "fix: revoke it: aegis keys revoke shop-1 --tenant default\n")
    done = full("keys", "rotate", "shop-1", "--json", env=home)
    assert (done.returncode, done.stderr) == (
        1, "error: the key holds, but its secret could not be shown: No space left on device\n"
           "fix: rotate it again: aegis keys rotate shop-1 --tenant default\n")


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "1>&- 2>&-"])
def test_a_closed_stream_ends_no_command_by_a_signal(tmp_path, closed):
    command = f'"{AEGIS}" keys issue shop-1 {closed}'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "AEGIS_DATA_DIR": str(tmp_path / "data")})
    assert done.returncode == (1 if "1>" in closed else 0), done.stderr
    # Nothing that was meant for a stream went into a file that was opened later.
    for path in (tmp_path / "data").rglob("*"):
        assert not path.is_file() or b"note: keep it now" not in path.read_bytes(), path


def test_what_is_named_is_replaced_where_it_is_a_file_and_written_to_elsewhere(tmp_path):
    run("keys", "generate", "dev", "--out", tmp_path)
    key = tmp_path / "dev.pem"

    def build(target):
        return run("policy", "build", POLICIES, "-o", target, "--key", key)

    build(tmp_path / "plain.tar.gz")
    bundle = (tmp_path / "plain.tar.gz").read_bytes()

    (tmp_path / "real.tar.gz").write_bytes(b"before")
    (tmp_path / "link.tar.gz").symlink_to("real.tar.gz")
    build(tmp_path / "link.tar.gz")
    assert (tmp_path / "link.tar.gz").is_symlink()
    assert (tmp_path / "real.tar.gz").read_bytes()[:2] == bundle[:2]

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    taken = []
    reader = threading.Thread(target=lambda: taken.append(pipe.read_bytes()))
    reader.start()
    build(pipe)
    reader.join(30)
    assert taken and taken[0][:2] == bundle[:2] and pipe.is_fifo()

    assert run("policy", "build", POLICIES, "-o", "/dev/null", "--key", key).returncode == 0
    assert not os.path.isfile("/dev/null")
    refused = run("policy", "build", POLICIES, "-o", "/dev/full", "--key", key, check=False)
    assert (refused.returncode, refused.stderr) == (
        1, "error: `/dev/full` cannot be written: No space left on device\n"
           "fix: check the folder, the room on its disk and your rights to it\n")
    assert not os.path.isfile("/dev/full")


@pytest.mark.parametrize("arguments, said", [
    (["policy", "lint", ""], "error: an argument is empty"), (["serve", "--policies", ""], "error: `--policies` is given an empty value"),
    (["keys", "list", "--data-dir="], "error: `--data-dir` is given an empty value"),
    (["audit", "verify", "--dir", ""], "error: `--dir` is given an empty value"),
])
def test_an_empty_value_is_not_the_current_folder(arguments, said):
    done = run(*arguments, check=False)
    assert (done.returncode, done.stderr) == (2, f"{said}\nfix: give a value; is a variable of the shell not set?\n")


def test_a_port_that_is_taken_is_named_with_its_option(tmp_path):
    gateway = Gateway(tmp_path)
    gateway.start()
    try:
        for option, others in (("--listen", ["--grpc", "off"]), ("--grpc", ["--listen", f"127.0.0.1:{free_port()}"])):
            done = run("serve", "--policies", POLICIES, "--data-dir", tmp_path / "other", option, f"127.0.0.1:{gateway.api}", *others,
                       check=False)
            assert (done.returncode, done.stderr) == (
                1, f"error: cannot listen on 127.0.0.1 port {gateway.api}: Address already in use\n"
                   f"fix: give another port with {option}, or end what listens there\n")
    finally:
        gateway.stop()
    done = run("serve", "--policies", POLICIES, "--listen", "198.51.100.7:8181", "--grpc", "off", "--data-dir", tmp_path / "other", check=False)
    assert done.stderr == ("error: cannot listen on 198.51.100.7 port 8181: Cannot assign requested address\n"
                           "fix: give an address of this machine with --listen, such as 127.0.0.1:8181\n")


def test_stdout_by_its_name_is_stdout_as_it_stands(tmp_path):
    run("keys", "generate", "dev", "--out", tmp_path)
    bundle, mixed = tmp_path / "bundle.tar.gz", tmp_path / "mixed"
    build = f'"{AEGIS}" policy build "{POLICIES}" --key "{tmp_path}/dev.pem"'
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1795409000"}
    subprocess.run(f'{build} -o "{bundle}"; (echo before; {build} -o /dev/stdout; echo after) > "{mixed}"', shell=True, check=True,
                   capture_output=True, timeout=120, env=environment)
    text = mixed.read_bytes()
    assert text.startswith(b"before\n" + bundle.read_bytes() + b"/dev/stdout: built ") and text.endswith(b"after\n")
    for kept in ("/dev/fd/1", "/proc/self/fd/1"):
        done = subprocess.run(f"{build} -o {kept} | cat", shell=True, capture_output=True, timeout=120, env=environment)
        assert done.stdout.startswith(bundle.read_bytes()), done.stderr

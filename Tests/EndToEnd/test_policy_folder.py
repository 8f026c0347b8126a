"""A folder of policies as it is: links, volumes of Kubernetes, capitals, byte order marks. No document is left out in silence."""
import json
import os
import pathlib
import signal
import subprocess
import time

import pytest

from conftest import AEGIS, exchange, free_port, run

BASE = """aegis: v1
kind: Agent
name: payer
identities: [{api_key: payer-1}]
scopes: ["*"]
---
aegis: v1
kind: Tool
name: payments.transfer
parameters: {type: object, required: [amount], properties: {amount: {type: number}, approved: {type: boolean}}}
---
aegis: v1
kind: Policy
name: paying
agents: [payer]
tools: [payments.transfer]
effect: allow
"""
FREEZE = """aegis: v1
kind: Policy
name: freeze
agents: [payer]
tools: [payments.transfer]
effect: deny
"""


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "base.yaml").write_text(BASE)
    return folder


def linted(folder):
    return run("policy", "lint", folder).stdout


def explained(folder):
    done = run("policy", "explain", folder, "--agent", "payer", "--tool", "payments.transfer", "--params", '{"amount": 5}')
    return done.stdout.splitlines()[0]


def mount(folder, files, generation):
    """What a ConfigMap's volume looks like: dated folders, `..data` that leads to one of them, and a link for each name."""
    dated = folder / f"..2026_11_29_12_00_0{generation}.123"
    for name, text in files.items():
        (dated / name).parent.mkdir(parents=True, exist_ok=True)
        (dated / name).write_text(text)
    (folder / "..data_tmp").symlink_to(dated.name)
    (folder / "..data_tmp").rename(folder / "..data")
    for name in {pathlib.PurePath(name).parts[0] for name in files}:
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(f"..data/{name}")


def test_a_linked_policy_counts_under_the_links_name(folder):
    assert explained(folder).startswith("allow")
    (folder.parent / "shared-deny.yaml").write_text(FREEZE)
    (folder / "freeze.yaml").symlink_to("../shared-deny.yaml")
    assert linted(folder) == "2 files: 0 errors, 0 warnings\n"
    assert explained(folder) == "deny, policy_deny: policy `freeze` denies this call (freeze/effect)"
    (folder.parent / "shared-deny.yaml").write_text(FREEZE.replace("effect: deny", "effect: dney"))
    done = run("policy", "lint", folder, check=False)
    assert done.returncode == 3 and "\nfreeze.yaml:6:9: error: `effect` cannot be `dney`" in done.stderr, done.stderr
    alone = run("policy", "lint", folder / "freeze.yaml", check=False)
    assert alone.stderr.startswith("freeze.yaml:"), alone.stderr


def test_a_link_to_a_folder_is_followed(folder):
    (folder.parent / "shared").mkdir()
    (folder.parent / "shared/freeze.yaml").write_text(FREEZE)
    (folder / "ours").symlink_to("../shared")
    assert linted(folder) == "2 files: 0 errors, 0 warnings\n"
    assert explained(folder).startswith("deny, policy_deny: policy `freeze`")


@pytest.mark.parametrize("name, target, said", [
    ("freeze.yaml", "../gone.yaml", "is a link that leads nowhere"),
    ("freeze.yaml", "freeze.yaml", "is a link that leads nowhere"),
    ("shared", "../gone", "is a link that leads nowhere"),
    ("again", ".", "is a link that leads back to a folder it stands in"),
])
@pytest.mark.parametrize("command", [
    ["lint"], ["explain", "--agent", "payer", "--tool", "payments.transfer"], ["check-params", "--tool", "payments.transfer"]], ids=lambda command: command[0])
def test_a_link_that_leads_nowhere_is_an_error_that_names_it(folder, command, name, target, said):
    (folder / name).symlink_to(target)
    done = run("policy", command[0], folder, *command[1:], check=False)
    assert done.returncode == 3
    assert done.stderr.startswith(f"error: `{folder / name}` {said}\nfix: "), done.stderr


def test_what_is_no_plain_file_is_an_error(folder):
    os.mkfifo(folder / "freeze.yaml")
    done = run("policy", "lint", folder, check=False)
    assert done.returncode == 3 and f"`{folder / 'freeze.yaml'}` is no plain file" in done.stderr


def test_endings_are_compared_without_case(folder):
    for ending in ("YAML", "yml", "JSON"):
        text = FREEZE.replace("freeze", f"freeze-{ending.lower()}")
        if ending == "JSON":
            text = json.dumps({"aegis": "v1", "kind": "Policy", "name": "freeze-json", "agents": ["payer"],
                               "tools": ["payments.transfer"], "effect": "deny"})
        (folder / f"{ending}.{ending}").write_text(text)
    assert linted(folder) == "4 files: 0 errors, 0 warnings\n"
    assert explained(folder).startswith("deny, policy_deny: policy `freeze-json`")
    (folder / "CHECK.REGO").write_text("package x\n")
    done = run("policy", "lint", folder, check=False)
    assert done.returncode == 3 and f"`{folder / 'CHECK.REGO'}` is no Rego file to the engine" in done.stderr


def test_each_document_of_a_config_map_counts_once(tmp_path):
    folder = tmp_path / "mounted"
    folder.mkdir()
    mount(folder, {"base.yaml": BASE, "more/freeze.yaml": FREEZE}, 1)
    assert linted(folder) == "2 files: 0 errors, 0 warnings\n"
    assert explained(folder) == "deny, policy_deny: policy `freeze` denies this call (freeze/effect)"


class Served:
    """`aegis serve --policies FOLDER`, with one agent's key."""

    def __init__(self, folder, home):
        data, self.port = home / "data", free_port()
        done = run("keys", "issue", "payer-1", "--data-dir", data, "--json")
        self.key = json.loads(done.stdout)["api_key"]
        self.log = home / "aegis.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [str(AEGIS), "serve", "--policies", str(folder), "--data-dir", str(data), "--listen", f"127.0.0.1:{self.port}",
                 "--grpc", "off"], stdout=log, stderr=subprocess.STDOUT)

    def decision(self):
        try:
            return exchange(self.port, "POST", "/v1/decisions", {
                "agent": {"id": "payer"}, "tool": {"name": "payments.transfer"}, "parameters": {"amount": 5}},
                {"x-aegis-api-key": self.key})[2].get("decision")
        except OSError:
            return None

    def wait(self, ready):
        deadline = time.monotonic() + 30
        while not ready():
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.05)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def test_a_gateway_takes_up_what_a_config_map_swaps(tmp_path):
    folder = tmp_path / "mounted"
    folder.mkdir()
    mount(folder, {"base.yaml": BASE}, 1)
    served = Served(folder, tmp_path)
    try:
        served.wait(lambda: served.decision() == "allow")
        mount(folder, {"base.yaml": BASE, "freeze.yaml": FREEZE}, 2)
        served.wait(lambda: served.decision() == "deny")
        mount(folder, {"base.yaml": BASE, "freeze.yaml": FREEZE.replace("effect: deny", "effect: allow")}, 3)
        served.wait(lambda: served.decision() == "allow")
    finally:
        served.stop()


def test_a_gateway_keeps_its_policies_while_a_link_leads_nowhere(folder, tmp_path):
    shared = tmp_path / "shared-deny.yaml"
    shared.write_text(FREEZE)
    (folder / "freeze.yaml").symlink_to(shared)
    (tmp_path / "current").symlink_to(folder)
    served = Served(tmp_path / "current", tmp_path)
    try:
        served.wait(lambda: served.decision() == "deny")
        shared.rename(tmp_path / "away")
        served.wait(lambda: "is a link that leads nowhere" in served.log.read_text())
        assert served.decision() == "deny"
        (folder / "freeze.yaml").unlink()
        served.wait(lambda: served.decision() == "allow")
        (folder / "freeze.yaml").symlink_to(tmp_path / "away")
        served.wait(lambda: served.decision() == "deny")
    finally:
        served.stop()


def test_a_byte_order_mark_changes_nothing(folder):
    (folder / "base.yaml").write_bytes(b"\xef\xbb\xbf" + BASE.encode())
    (folder / "freeze.yaml").write_bytes(b"\xef\xbb\xbf" + FREEZE.encode())
    assert linted(folder) == "2 files: 0 errors, 0 warnings\n"
    assert explained(folder).startswith("deny, policy_deny: policy `freeze`")
    (folder / "freeze.yaml").write_bytes(b"\xef\xbb\xbf" + FREEZE.replace("aegis: v1", "aegis: v9").encode())
    done = run("policy", "lint", folder, check=False)
    assert done.stderr.startswith("freeze.yaml:1:8: error: this version of the policy language is not known"), done.stderr


def test_a_folder_without_policies_is_told_in_the_form_that_was_asked_for(tmp_path):
    done = run("policy", "lint", tmp_path, "--json", check=False)
    assert done.returncode == 3 and done.stderr == ""
    said = json.loads(done.stdout)
    assert (said["files"], said["errors"], said["warnings"]) == (0, 1, 0)
    assert [found["code"] for found in said["diagnostics"]] == ["policy.empty-tree"]
    assert "aegis policy init" in said["diagnostics"][0]["fix"]
    done = run("policy", "lint", tmp_path, "--sarif", check=False)
    assert done.returncode == 3
    assert [found["ruleId"] for found in json.loads(done.stdout)["runs"][0]["results"]] == ["policy.empty-tree"]
    done = run("policy", "lint", tmp_path, check=False)
    assert done.returncode == 3 and f"`{tmp_path}` holds no policies" in done.stderr


@pytest.mark.parametrize("params, said", [
    ('{"amount":7000}, "approved": true', "error: --params:1:16: expected the end of the text, found `,`"),
    ('{"amount": 1, "amount": 2}', "error: --params:1:15: duplicate key `amount`"),
    ('{"amount":\n 1,}', "error: --params:2:4: "),
    ("{amount: 1}", "error: --params:1:2: "),
    ("[1]", "error: --params:1:1: this is no JSON object"),
])
def test_parameters_are_one_json_object_and_nothing_behind_it(folder, params, said):
    done = run("policy", "explain", folder, "--agent", "payer", "--tool", "payments.transfer", "--params", params, check=False)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith(said), done.stderr
    assert "\nfix: write one JSON object" in done.stderr


def test_what_is_wrong_with_a_call_is_told_at_the_option(folder):
    call = ["policy", "explain", folder, "--tool", "payments.transfer", "--params", '{"amount": 1}']
    done = run(*call, "--agent", "payr", check=False)
    assert done.returncode == 3
    assert done.stderr.startswith("--agent:1:1: error: there is no agent `payr` [policy.unknown-agent]\n"), done.stderr
    done = run(*call, "--agent", "payer", "--context", "a=1", "--context", "a=2", check=False)
    assert (done.returncode, done.stderr) == (2, "error: --context names `a` twice\nfix: keep one of the two\n")
    done = run(*call, "--agent", "payer", "--context", 'a=1", "b": "2')
    assert done.stdout.startswith("allow")


def test_what_is_missing_is_said_to_be_missing(folder):
    done = subprocess.run(
        [str(AEGIS), "policy", "check-params", str(folder), "--tool", "payments.transfer"],
        input='{}\n{"amount": "5"}\n{"amount": 5}\n', capture_output=True, text=True, timeout=60)
    assert done.returncode == 4
    assert done.stdout == "1: `amount` is missing\n2: `amount` must be a number\n3: fits\n"


def test_a_name_that_is_no_utf8_is_an_error(folder):
    with open(os.fsencode(folder) + b"/gesch\xe4ft.yaml", "w") as file:
        file.write(FREEZE)
    done = run("policy", "lint", folder, check=False)
    assert done.returncode == 3 and "has a name that is not UTF-8\nfix: rename it\n" in done.stderr, done


def test_links_that_make_a_few_folders_look_like_millions_are_an_error(folder):
    for number in range(20):
        (folder / f"f{number}").mkdir()
        for side in "ab":
            (folder / f"f{number}" / side).symlink_to(f"../f{number + 1}" if number < 19 else "../base.yaml")
    done = run("policy", "lint", folder, check=False)
    assert done.returncode == 3 and "hold more than 100000 names\nfix: remove links between folders, or divide the policies\n" in done.stderr, done


@pytest.mark.parametrize("name, target", [("s.yaml", "/proc/self/environ"), ("sub", "/proc/self")])
def test_what_the_system_shows_of_processes_is_read_by_nobody(folder, name, target):
    (folder / name).symlink_to(target)
    done = run("policy", "lint", folder, check=False, env={"CI_SECRET": "hush"})
    assert done.returncode in (0, 3) and "hush" not in done.stdout + done.stderr, done
    if name == "s.yaml":
        assert "s.yaml` is no plain file\nfix: remove it, or give it another name\n" in done.stderr, done

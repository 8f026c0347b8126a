"""The five minutes of the README, as a reader types them."""
import os
import pathlib
import re
import subprocess

from conftest import AEGIS, ROOT, free_port

BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.M | re.S)


def blocks():
    text = (ROOT / "README.md").read_text()
    section = text[text.index("## Five minutes"):text.index("## How it fits together")]
    return BLOCK.findall(section)


def played(folder, script, check=True):
    """Runs lines of the README with its folders and its port moved elsewhere."""
    for there, here in (("/tmp/first-data", f"{folder}/data"), ("/tmp/first", f"{folder}/first")):
        script = script.replace(there, here)
    (folder / "bin").mkdir(exist_ok=True)
    if not (folder / "bin/aegis").exists():
        (folder / "bin/aegis").symlink_to(pathlib.Path(AEGIS).resolve())
    environment = {**os.environ, "PATH": f"{folder}/bin:{os.environ['PATH']}", "AEGIS_GRPC": "off"}
    done = subprocess.run(["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=240)
    assert not check or done.returncode == 0, done.stderr
    return done


def test_the_five_minutes_of_the_readme_go_as_it_says(tmp_path):
    write, serve, ask, approve = blocks()
    build, _, write = write.partition("\n")
    assert build.startswith("make release && ")
    assert played(tmp_path, write).stdout == "1 file: 0 errors, 0 warnings\n"
    port = free_port()
    there = f"export AEGIS_LISTEN=127.0.0.1:{port} AEGIS_URL=http://127.0.0.1:{port}\n"
    # What the reader copies from what was printed before.
    copied = approve.replace("apr_…", '"$ID"', 2).replace(
        "AEGIS_API_KEY=$LEA aegis approvals approve",
        "export ID=$(AEGIS_API_KEY=$LEA aegis approvals list | grep -om1 'apr_[0-9a-z]*'); AEGIS_API_KEY=$LEA aegis approvals approve", 1)
    # A busy machine takes longer than a reader's.
    serve = serve.replace("sleep 2", f"until curl -sf http://127.0.0.1:{port}/readyz > /dev/null; do sleep 0.1; done")
    copied = copied.replace("sleep 1 ", "until AEGIS_API_KEY=$LEA aegis approvals list > /dev/null 2>&1; do :; done ")
    script = "set -m\n" + there + serve + ask.replace("127.0.0.1:8181", f"127.0.0.1:{port}") + copied + "wait\n"
    said = played(tmp_path, script, check=False).stdout
    held = re.search(r"approval_needed: A person looks at refunds over 50 \[approval_required\]\n"
                     r"a person decides: aegis approvals approve (apr_\w+); then ask again with --approval \1\n", said)
    assert held, said
    allowed = "allow: policy `refunds` permits this call [policy_allow]\n"
    assert said.startswith(allowed)
    assert '"decision": "allow"' in said
    assert "\nallow: this very call was approved [approval_granted]\n" in said[held.end():], said
    assert re.search(r"^whole: \d+ records in 1 log", said, re.M), said


def test_a_misspelt_parameter_is_named_with_its_place(tmp_path):
    write = blocks()[0].partition("\n")[2].replace("params.amount <= 50", "params.amnt <= 50")
    done = played(tmp_path, write, check=False)
    assert done.returncode == 3
    assert re.search(r"policy\.yaml:\d+:\d+: error: .*amnt.*amount", done.stdout + done.stderr, re.S)

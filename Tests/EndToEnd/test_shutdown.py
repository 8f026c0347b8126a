"""How a gateway begins and ends: what it refuses to begin with, what it tells of its end, and what it lets go of."""
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import threading
import time

import pytest

from conftest import AEGIS, exchange, free_port, run

LARGE = {"amount": 7000, "currency": "EUR", "to": "DE89370400440532013000"}


def test_a_call_that_is_held_does_not_keep_the_gateway_from_ending(own):
    own.start(True, "--hold-calls", "60s", "--public-url", "https://aegis.acme.example/")
    answers = []

    def ask():
        connection = http.client.HTTPConnection("127.0.0.1", own.api, timeout=60)
        body = {"agent": {"id": "finance-agent"}, "tool": {"name": "payments.transfer"}, "parameters": LARGE,
                "request": {"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"}}
        connection.request("POST", "/v1/decisions", json.dumps(body), {
            "x-aegis-api-key": own.keys["finance-1"], "content-type": "application/json", "prefer": "wait=60"})
        answers.append(json.loads(connection.getresponse().read()))

    asking = threading.Thread(target=ask)
    asking.start()
    own.wait(lambda: any(record.get("decision") == "approval_needed" for record in own.records()))
    process = own.process
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    asking.join(30)
    [answer] = answers
    assert (answer["decision"], answer["approval"]["status"]) == ("approval_needed", "pending")
    assert answer["approval"]["url"].startswith("https://aegis.acme.example/v1/approvals/apr_")


def test_a_gateway_that_ends_is_not_ready_while_it_finishes(own):
    own.start()
    # A peer on the port for checks that never says goodbye: the gateway waits for it, and is asked meanwhile.
    with socket.create_connection(("127.0.0.1", own.grpc), 10) as peer:
        peer.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00")
        assert peer.recv(9)
        own.process.send_signal(signal.SIGTERM)
        own.wait(lambda: own.status("/readyz") == 503)
        answer = exchange(own.api, "GET", "/readyz")[2]
        assert (answer["status"], answer["ending"]) == ("not_ready", True)
        assert own.status("/healthz") == 200
    assert own.process.wait(20) == 0


def test_state_of_a_newer_version_is_left_alone(own):
    own.start()
    own.stop()
    state = own.data / "state.sqlite"
    with sqlite3.connect(state) as database:
        database.execute("INSERT INTO grdb_migrations (identifier) VALUES ('99-what-comes-after-us')")
    for command in (["serve", "--data-dir", own.data, "--bundle", own.bundle, "--trust", own.trust, "--listen", f"127.0.0.1:{own.api}",
                     "--grpc", "off"], ["keys", "list", "--data-dir", own.data]):
        done = run(*command, check=False)
        assert done.returncode == 1
        assert done.stderr.endswith(
            f"error: the state store `{state}` was written by a newer version, which keeps things there that this one does not know\n"
            "fix: run the version that wrote it, or go back to the copy of the data directory from before\n"), done.stderr


@pytest.mark.parametrize("options, said", [
    (["--grpc", "0.0.0.0:9191"], "error: --grpc: "),
    (["--metrics", "9464"], "error: --metrics `9464` is not HOST:PORT\n"),
    (["--public-url", "aegis.acme.example"], "error: --public-url `aegis.acme.example` is no http address\nfix: write it as https://aegis.acme.example\n"),
    (["--channels", "channels.yaml"], "channels.yaml:1:1: error: a channel configuration needs the field `tenant` [policy.missing-field]\n"),
    (["--export", "export.yaml"], "export.yaml:1:1: error: an export configuration needs the field `sinks` [policy.missing-field]\n"),
    (["--identity", "export.yaml"], "export.yaml:"),
])
def test_what_is_written_wrong_stops_the_start_before_anything_is_on_record(own, options, said):
    for name in ("channels.yaml", "export.yaml"):
        (own.home / name).write_text("aegis: v1\nkind: Nothing\n")
    done = subprocess.run(
        [AEGIS.resolve(), "serve", "--data-dir", own.data, "--bundle", own.bundle, "--trust", own.trust, "--listen", f"127.0.0.1:{free_port()}",
         "--grpc", f"127.0.0.1:{free_port()}", *options], cwd=own.home, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr.startswith(said), done.stderr
    assert "policies active" not in done.stderr
    trail = own.data / "audit"
    assert not trail.exists() or not [record for record in own.records() if record["kind"] == "bundle"]


@pytest.mark.parametrize("name, command", [
    ("AEGIS_DATA_DIR", ["keys", "list"]), ("AEGIS_URL", ["approvals", "show", "apr_1"]), ("AEGIS_CONTROL_LISTEN", ["control", "--help"]),
])
def test_a_variable_that_is_empty_is_as_good_as_none(tmp_path, name, command):
    empty = run(*command, env={name: "", "AEGIS_API_KEY": "aegis_k_s"}, check=False, cwd=tmp_path)
    environment = {key: value for key, value in os.environ.items() if key != name}
    unset = subprocess.run([AEGIS.resolve(), *command], env={**environment, "AEGIS_API_KEY": "aegis_k_s"}, cwd=tmp_path,
                           capture_output=True, text=True, timeout=60)
    milliseconds = re.compile(r"after \d+ ms")
    assert [empty.returncode, empty.stdout, milliseconds.sub("", empty.stderr)] == [
        unset.returncode, unset.stdout, milliseconds.sub("", unset.stderr)]
    assert not (tmp_path / "state.sqlite").exists()

"""A witness on its own: it cosigns what only grows, remembers, and so a data directory that was rolled back as a whole is found."""
import base64
import copy
import hashlib
import http.server
import json
import pathlib
import shutil
import signal
import subprocess
import threading

import pytest
import transparency as tlog

from conftest import AEGIS, Gateway, exchange, free_port, run

WIRE = {"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"}
IBAN = "DE89370400440532013000"


class Nobody(http.server.BaseHTTPRequestHandler):
    """A server that is no witness."""
    def do_GET(self):
        self.send_error(404)

    def log_message(self, *arguments):
        pass


class Witness:
    def __init__(self, home, *keys):
        self.home, self.keys, self.port, self.process = pathlib.Path(home), keys, free_port(), None
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self):
        logs = [argument for key in self.keys for argument in ("--log", str(key))]
        self.process = subprocess.Popen([str(AEGIS), "witness", "--dir", str(self.home), "--listen", f"127.0.0.1:{self.port}", *logs],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if "witness on port" in line:
                return self
        raise AssertionError("the witness did not start")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)
            self.process.stderr.close()
        self.process = None

    @property
    def key(self):
        return tlog.Key((self.home / "witness.vkey").read_text())

    def checkpoint(self, origin):
        status, _, note = exchange(self.port, "GET", f"/{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint")
        return note if status == 200 else None

    def submit(self, body):
        status, headers, text = exchange(self.port, "POST", "/add-checkpoint", body.encode(), {"content-type": "text/plain"})
        return status, headers.get("content-type"), text


@pytest.fixture
def pair(tmp_path, request):
    gateway = Gateway(tmp_path)
    request.addfinalizer(gateway.stop)
    gateway.issue("finance-1")
    gateway.start()
    pay(gateway)
    gateway.stop()
    shutil.copy(gateway.data / "audit/log.vkey", tmp_path / "log.vkey")
    witness = Witness(tmp_path / "witness", tmp_path / "log.vkey").start()
    request.addfinalizer(witness.stop)
    return gateway, witness


def pay(gateway, calls=3):
    return [gateway.decide("finance-1", "finance-agent", "payments.transfer", {"amount": 5 + n, "currency": "EUR", "to": IBAN}, request=WIRE)[2]
            for n in range(calls)]


def options(witness):
    return ["--witness", witness.url, "--witness-key", witness.home / "witness.vkey", "--heartbeat", "off"]


def test_checkpoints_are_cosigned_and_a_directory_that_was_rolled_back_is_found(pair, tmp_path):
    gateway, witness = pair
    gateway.start(True, *options(witness))
    pay(gateway)
    gateway.stop()  # what was written last is witnessed at the end
    note = witness.checkpoint("gw-1/acme")
    report = json.loads(run("audit", "verify", "--data-dir", gateway.data, "--json").stdout)
    keys = [tlog.Key(entry["key"]) for entry in report["logs"]]
    origin, size, root, signed = tlog.open_checkpoint(note, keys + [witness.key])
    assert origin == "gw-1/acme" and signed == ["gw-1/acme", "aegis-witness"]
    assert (gateway.data / "audit/cosigned-acme.note").read_text() == note
    with pytest.raises(tlog.Refused):
        tlog.open_note(note.replace(f"\n{size}\n", f"\n{size + 1}\n"), [witness.key])

    shutil.copytree(gateway.data, tmp_path / "last-week")
    gateway.start(True, *options(witness))
    pay(gateway)
    gateway.stop()
    assert tlog.open_checkpoint(witness.checkpoint("gw-1/acme"), keys)[1] > size
    cosigned = (gateway.data / "audit/cosigned-acme.note").read_text()
    shutil.rmtree(gateway.data)
    shutil.move(tmp_path / "last-week", gateway.data)
    assert gateway.verify().returncode == 0, "by itself, an old copy is whole"
    found = run("audit", "verify", "--data-dir", gateway.data, "--witness", witness.url, check=False)
    assert found.returncode == 1 and "`gw-1/acme` was cut: it once had " in found.stderr, found
    sure = run("audit", "verify", "--data-dir", gateway.data, "--witness", witness.url, "--witness-key", witness.home / "witness.vkey", check=False)
    assert sure.returncode == 1 and "`gw-1/acme` was cut: it once had " in sure.stderr and "witnessed: `gw-1/acme` at 20" in sure.stderr, sure
    stranger = Witness(tmp_path / "stranger", tmp_path / "log.vkey").start()
    stranger.stop()
    fooled = run("audit", "verify", "--data-dir", gateway.data, "--witness", witness.url, "--witness-key", stranger.home / "witness.vkey", check=False)
    assert fooled.returncode == 1 and "is not signed by `aegis-witness`" in fooled.stderr, fooled
    # Whoever knows nothing of the log vouches for nothing: a wrong port, a proxy in between.
    empty = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Nobody)
    threading.Thread(target=empty.serve_forever, daemon=True).start()
    elsewhere = f"http://127.0.0.1:{empty.server_port}"
    unasked = run("audit", "verify", "--data-dir", gateway.data, "--witness", elsewhere, check=False)
    empty.shutdown()
    assert unasked.returncode == 1 and unasked.stderr == (
        f"error: {elsewhere} knows no checkpoint of `gw-1/acme`, so nothing was compared with it\n"
        "fix: check that a witness answers there, and that the gateway submits to it (--witness)\n"), unasked
    start = subprocess.run([str(AEGIS), "serve", "--data-dir", str(gateway.data), "--bundle", str(gateway.bundle), "--trust", str(gateway.trust),
                            "--listen", f"127.0.0.1:{gateway.api}", "--grpc", "off", *map(str, options(witness))], capture_output=True, text=True, timeout=60)
    assert start.returncode == 1 and "the data directory was rolled back" in start.stderr, start
    # What the witness said last, where it was left behind, says so without the witness.
    (gateway.data / "audit/head-acme.note").unlink()
    (gateway.data / "audit/cosigned-acme.note").write_text(cosigned)
    left = gateway.verify()
    assert left.returncode == 1 and "cosigned-acme.note:2: error: `gw-1/acme` was cut: it once had " in left.stderr, left
    start = subprocess.run([str(AEGIS), "serve", "--data-dir", str(gateway.data), "--bundle", str(gateway.bundle), "--trust", str(gateway.trust),
                            "--listen", f"127.0.0.1:{gateway.api}", "--grpc", "off"], capture_output=True, text=True, timeout=60)
    assert start.returncode == 1 and "`gw-1/acme` was cut: it once had " in start.stderr, start


def refused(gateway, witness):
    """The complaint of a gateway that does not start."""
    start = subprocess.run([str(AEGIS), "serve", "--data-dir", str(gateway.data), "--bundle", str(gateway.bundle), "--trust", str(gateway.trust),
                            "--listen", f"127.0.0.1:{gateway.api}", "--grpc", "off", *map(str, options(witness))], capture_output=True, text=True, timeout=60)
    assert start.returncode == 1, start
    return start.stderr


def test_a_trail_that_was_rolled_back_and_went_on_does_not_start(pair, tmp_path):
    gateway, witness = pair
    gateway.start(True, *options(witness))
    pay(gateway)
    gateway.stop()
    shutil.copytree(gateway.data, tmp_path / "last-week")
    gateway.start(True, *options(witness))
    pay(gateway)
    gateway.stop()
    shutil.rmtree(gateway.data)
    shutil.move(tmp_path / "last-week", gateway.data)
    gateway.start(True, "--heartbeat", "off")
    pay(gateway, 9)  # more than the witness has ever seen
    gateway.stop()
    assert gateway.verify().returncode == 0, "by itself, the fork is whole"
    assert "records of `gw-1/acme` are not those that the witness has seen: the data directory was rolled back and went on" in refused(gateway, witness)


def test_a_trail_that_was_begun_anew_does_not_start(pair):
    gateway, witness = pair
    gateway.start(True, *options(witness))
    pay(gateway, 9)
    gateway.stop()
    for file in (gateway.data / "audit").iterdir():
        if file.is_file() and not file.name.startswith("log."):
            file.unlink()
    assert "the data directory was rolled back" in refused(gateway, witness)


def test_a_running_gateway_tells_how_far_it_is_witnessed_and_of_another_history(pair, tmp_path, request):
    gateway, witness = pair
    metrics = free_port()
    gateway.start(True, *options(witness), "--metrics", f"127.0.0.1:{metrics}")

    def told(line):
        return line in exchange(metrics, "GET", "/metrics")[2]
    gateway.wait(lambda: told('aegis_witness_up{log="gw-1/acme"} 1'))
    assert told('aegis_witness_conflict{log="gw-1/acme"} 0') and told('aegis_witness_age_seconds{log="gw-1/acme"}') and told("aegis_inputs_dropped_total 0")
    size = json.loads(run("audit", "verify", "--data-dir", gateway.data, "--json").stdout)["logs"][0]["records"]
    assert told(f'aegis_witness_size{{log="gw-1/acme"}} {size}')
    # The gateway writes its heads a moment after the records; a copy is made when it has.
    gateway.wait(lambda: f"\n{size}\n" in (gateway.data / "audit/head-acme.note").read_text())
    # A twin with its name and key goes on, and the witness hears of that first.
    twin = copy.copy(gateway)
    twin.process, twin.data, twin.home, twin.api, twin.grpc = None, tmp_path / "twin/data", tmp_path / "twin", free_port(), free_port()
    shutil.copytree(gateway.data, twin.data)
    request.addfinalizer(twin.stop)
    twin.start(True, *options(witness))
    pay(twin, 2)
    twin.stop()
    pay(gateway)
    gateway.wait(lambda: told('aegis_witness_conflict{log="gw-1/acme"} 1') and told('aegis_witness_up{log="gw-1/acme"} 0'))


def test_a_witness_answers_as_its_standard_says(pair, tmp_path):
    gateway, witness = pair
    note = (gateway.data / "audit/head-acme.note").read_text()
    old, path, head = "old 0", [], note
    assert witness.submit("nonsense")[0] == 400
    assert witness.submit(f"{old}\n\nnobody/acme\n1\n{base64.b64encode(bytes(32)).decode()}\n\n\u2014 nobody/acme {base64.b64encode(bytes(68)).decode()}\n")[0] == 404
    flipped = note[:-10] + ("A" if note[-10] != "A" else "B") + note[-9:]
    assert witness.submit(f"{old}\n\n{flipped}")[0] == 403
    status, _, line = witness.submit(f"{old}\n\n{head}")
    assert status == 200 and line.startswith("\u2014 aegis-witness ")
    size = int(note.split("\n")[1])
    assert witness.submit(f"old 0\n\n{head}") == (409, "text/x.tlog.size", size)
    assert witness.submit(f"old {size + 1}\n\n{head}")[0] == 400
    gateway.start(True, "--heartbeat", "off")
    pay(gateway)
    gateway.stop()
    (tmp_path / "old.note").write_text(note)
    grown = run("audit", "prove", "--data-dir", gateway.data, "--since", tmp_path / "old.note").stdout
    lines = grown.split("\n")
    wrong = "\n".join([lines[0], base64.b64encode(bytes(32)).decode(), *lines[2:]])
    assert witness.submit(wrong)[0] == 422
    assert witness.submit(grown)[0] == 200
    # It remembers across a restart, and so cannot be made to sign another history.
    witness.stop()
    witness.start()
    assert witness.submit(grown)[0] == 409


def test_a_gateway_serves_on_while_its_witness_is_away(pair):
    gateway, witness = pair
    witness.stop()
    gateway.start(True, *options(witness))
    assert all(answer["decision"] == "allow" for answer in pay(gateway))
    witness.start()
    gateway.wait(lambda: witness.checkpoint("gw-1/acme") is not None, seconds=150)
    gateway.stop()

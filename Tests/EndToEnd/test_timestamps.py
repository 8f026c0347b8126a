"""RFC 3161: openssl's `ts` is the authority, and checks what it gave."""
import http.server
import subprocess
import threading

import pytest

from conftest import Gateway, run

CONFIG = """
[tsa]
default_tsa = tsa1
[tsa1]
crypto_device = builtin
serial = {home}/serial
signer_cert = {home}/tsa.pem
signer_key = {home}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
[exts]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
"""


def openssl(*arguments, check=True, **more):
    return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, timeout=30, check=check, **more)


@pytest.fixture
def authority(tmp_path, request):
    home, url, handler, server = start_authority(tmp_path / "tsa")
    request.addfinalizer(server.shutdown)
    return home, url, handler


def start_authority(home):
    """openssl's, behind HTTP: its folder with `ca.pem`, its address, its handler, and the server to be shut down."""
    home.mkdir()
    (home / "serial").write_text("01\n")
    (home / "tsa.cnf").write_text(CONFIG.format(home=home))
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", home / "ca.key", "-out", home / "ca.pem", "-days", "2", "-subj", "/CN=test CA")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", home / "tsa.key", "-out", home / "tsa.csr", "-subj", "/CN=test TSA")
    openssl("x509", "-req", "-in", home / "tsa.csr", "-CA", home / "ca.pem", "-CAkey", home / "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", home / "tsa.cnf", "-extensions", "exts", "-out", home / "tsa.pem")

    class Handler(http.server.BaseHTTPRequestHandler):
        forged = None

        def do_POST(self):
            (home / "q.tsq").write_bytes(self.rfile.read(int(self.headers["content-length"])))
            answer = self.forged
            if answer is None:
                openssl("ts", "-reply", "-config", home / "tsa.cnf", "-queryfile", home / "q.tsq", "-out", home / "r.tsr")
                answer = (home / "r.tsr").read_bytes()
            assert self.headers["content-type"] == "application/timestamp-query"
            self.send_response(200)
            self.send_header("content-type", "application/timestamp-reply")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *arguments):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return home, f"http://127.0.0.1:{server.server_address[1]}/", Handler, server


def test_an_authority_stamps_checkpoints_and_openssl_verifies_them(tmp_path, authority, request):
    home, url, handler = authority
    gateway = Gateway(tmp_path)
    request.addfinalizer(gateway.stop)
    gateway.start()
    gateway.stop()
    done = run("audit", "timestamp", "--data-dir", gateway.data, "--authority", url, "--out", tmp_path / "stamps")
    names = done.stdout.split()
    assert names and all(name.startswith("acme-") for name in names)
    stamp, note = tmp_path / "stamps" / names[0], tmp_path / "stamps" / names[0].replace(".tsr", ".note")
    verified = openssl("ts", "-verify", "-data", note, "-in", stamp, "-CAfile", home / "ca.pem")
    assert b"Verification: OK" in verified.stdout + verified.stderr
    note.write_text(note.read_text() + "x")
    assert openssl("ts", "-verify", "-data", note, "-in", stamp, "-CAfile", home / "ca.pem", check=False).returncode != 0

    for answer, message in ((stamp.read_bytes(), "the authority's answer is not to this question: the nonce is missing"),
                            (b"", "the authority's answer is no TimeStampResp"), (bytes.fromhex("30053003020102"), "the authority refused, with status 2")):
        handler.forged = answer
        refused = run("audit", "timestamp", "--data-dir", gateway.data, "--authority", url, "--out", tmp_path / "more", check=False)
        assert refused.returncode == 1 and refused.stderr == f"error: {message}\n", refused

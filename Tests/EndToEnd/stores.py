"""Object stores for tests, and gateways that follow them: moto behind a door that checks every signature with botocore and can be told to misbehave, Google's
emulator, and a plain file server with ETags."""
import hashlib
import http.client
import http.server
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from conftest import TENANT, Gateway, exchange, free_port, run

ACCESS, SECRET, TOKEN = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "FwoGZXIvYXdzEBYa//EXAMPLE=="
AWS = {"AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": TOKEN, "AWS_REGION": "eu-central-1",
       "AWS_EC2_METADATA_DISABLED": "true"}


def botocore_signature(method, url, headers, body):
    """What botocore would have signed for this request, at the time that the request names."""
    fields = dict(part.strip().split("=", 1) for part in headers["authorization"].split(" ", 1)[1].split(","))
    region = fields["Credential"].split("/")[2]
    signed = {name: headers[name] for name in fields["SignedHeaders"].split(";")}
    request = AWSRequest(method=method, url=url, data=body, headers=signed)
    request.context["timestamp"] = headers["x-amz-date"]
    request.context["signing"] = {}
    auth = S3SigV4Auth(Credentials(ACCESS, SECRET, TOKEN), "s3", region)
    return fields["Signature"], auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)


class Door:
    """Everything for `target` comes through here. `fault` is None or one of: gone, 500, garbage, slow, cut."""

    def __init__(self, target, check_signatures=False):
        self.target, self.check = target, check_signatures
        self.fault, self.requests, self.forged = None, [], []
        door = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                door.requests.append((self.command, self.path, headers))
                fault = door.fault
                if fault == "gone":
                    self.close_connection = True
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    return
                if fault in ("500", "garbage"):
                    return self.answer(500 if fault == "500" else 200, {"etag": '"x"'}, b"<html>not what you want</html>")
                if door.check:
                    mine, theirs = botocore_signature(self.command, f"http://{headers['host']}{self.path}", headers, body)
                    if mine != theirs or headers["x-amz-content-sha256"] != hashlib.sha256(body).hexdigest():
                        door.forged.append((self.command, self.path, mine, theirs))
                        return self.answer(403, {}, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
                onward = http.client.HTTPConnection("127.0.0.1", door.target, timeout=30)
                onward.request(self.command, self.path, body, {k: v for k, v in headers.items() if k != "connection"})
                response = onward.getresponse()
                data = response.read()
                kept = {k: v for k, v in response.getheaders() if k.lower() not in ("connection", "transfer-encoding", "content-length")}
                if fault == "slow":
                    time.sleep(1.5)
                self.answer(response.status, kept, data, cut=fault == "cut")
                onward.close()

            def answer(self, status, headers, data, cut=False):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 304:
                    self.send_header("content-length", str(len(data)))
                self.end_headers()
                if cut:
                    self.close_connection = True
                    data = data[:len(data) // 2]
                if status != 304:
                    self.wfile.write(data)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = handle_any

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Served:
    """A server of somebody else's as a process of its own."""

    def __init__(self, command, port, log):
        self.port = port
        self.log = open(log, "wb")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert self.process.poll() is None, pathlib.Path(log).read_text()[-2000:]
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"{command[0]} does not listen")

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


class S3:
    """moto (any signature passes there) behind a door where only botocore's does."""

    def __init__(self, home):
        port = free_port()
        self.moto = Served([str(pathlib.Path(sys.executable).parent / "moto_server"), "-H", "127.0.0.1", "-p", str(port)], port, home / "moto.log")
        self.door = Door(port, check_signatures=True)
        self.endpoint = f"http://127.0.0.1:{self.door.port}"

    def bucket(self, name, lock=False):
        connection = http.client.HTTPConnection("127.0.0.1", self.moto.port, timeout=30)
        body = b"<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>"
        headers = {"authorization": "AWS4-HMAC-SHA256 Credential=A/20261123/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=0"}
        if lock:
            headers["x-amz-bucket-object-lock-enabled"] = "true"
        connection.request("PUT", f"/{name}", body, headers)
        response = connection.getresponse()
        assert response.status == 200, response.read()
        connection.close()
        return name

    def close(self):
        self.door.close()
        self.moto.close()


class GCS:
    """Google's emulator: the plain path. It knows neither rights nor preconditions."""

    def __init__(self, home):
        port = free_port()
        self.emulator = Served(
            [str(pathlib.Path(sys.executable).parent / "gcp-storage-emulator"), "start", "--host", "127.0.0.1", "--port", str(port), "--in-memory"],
            port, home / "gcs.log")
        self.port = port
        self.endpoint = f"http://127.0.0.1:{port}"

    def bucket(self, name):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("POST", "/storage/v1/b?project=p", b'{"name":"%s"}' % name.encode(), {"content-type": "application/json"})
        response = connection.getresponse()
        assert response.status == 200, response.read()
        connection.close()
        return name

    def close(self):
        self.emulator.close()


CALL = ("finance-1", "finance-agent", "payments.transfer", {"amount": 10, "currency": "EUR", "to": "DE89370400440532013000"})
WIRE = {"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"}


class Publisher(Gateway):
    def push(self, version, store, env=AWS, check=True, **build):
        bundle = self.home / f"bundle-{version}.tar.gz"
        if not bundle.exists() or build:
            self.build(version, out=bundle, **build)
        return run("bundles", "push", bundle, "--store", store, "--key", self.signing, "--json", env=env, check=check)

    def follow(self, home, place, *more, env=AWS, wait_ready=True):
        """A gateway of its own that gets its bundles from `place`."""
        gateway = Gateway.__new__(Follower)
        Gateway.__init__(gateway, home)
        gateway.trust, gateway.place, gateway.env = self.trust, place, env
        gateway.issue("finance-1")
        return gateway.start(wait_ready, "--tenant", TENANT, *more)


class Follower(Gateway):
    def build(self, *_, **__):
        pass

    def start(self, wait_ready=True, *arguments):
        self.bundle = self.place
        before = dict(os.environ)
        os.environ.update(self.env)
        try:
            return super().start(wait_ready, *arguments)
        finally:
            os.environ.clear()
            os.environ.update(before)

    def active(self):
        return (self.tenant().get("policy_version") or "").split("@")[0]

    def tenant(self):
        tenants = exchange(self.api, "GET", "/v1/status")[2]["tenants"]
        return tenants[0] if tenants else {}

    def events(self):
        return [record["detail"] for record in self.records() if record["kind"] == "bundle"]

"""The Envoy of deploy/envoy/envoy.yaml on free ports, in front of one tool that notes what reaches it."""
import http.server
import re
import socket
import subprocess
import threading
import time

from conftest import ENVOY, ROOT, free_port


class Tool(http.server.BaseHTTPRequestHandler):
    def answer(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.seen.append((self.command, self.headers.get("host"), self.path))
        self.server.headers.append(dict(self.headers))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_GET = do_POST = do_HEAD = do_OPTIONS = answer

    def log_message(self, *_):
        pass


class Envoy:
    def __init__(self, home, grpc_port, patience="20s"):
        """`patience`: how long it waits for an answer of Aegis; the example's second is too short on a busy machine."""
        self.home = home
        self.tool = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Tool)
        self.tool.seen, self.tool.headers = [], []
        threading.Thread(target=self.tool.serve_forever, daemon=True).start()
        self.port = free_port()
        ports = {"10000": self.port, "10001": free_port(), "9191": grpc_port}
        text = (ROOT / "deploy/envoy/envoy.yaml").read_text()
        text = re.sub(r"port_value: (\d+)", lambda match: f"port_value: {ports.get(match[1], self.tool.server_address[1])}", text)
        text, count = re.subn(r"(?<=cluster_name: aegis}\n)(\s+)timeout: 1s", rf"\1timeout: {patience}", text)
        assert count
        (home / "envoy.yaml").write_text(text)

    def start(self):
        self.process = subprocess.Popen(
            [str(ENVOY), "-c", str(self.home / "envoy.yaml"), "--concurrency", "1", "--base-id", str(self.port), "--log-level", "warning"],
            stdout=open(self.home / "envoy.log", "wb"), stderr=subprocess.STDOUT)
        deadline = time.monotonic() + 20
        while True:
            assert self.process.poll() is None and time.monotonic() < deadline, (self.home / "envoy.log").read_text()[-2000:]
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.05)

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.tool.shutdown()

    def raw(self, head, body=b""):
        """Sends bytes as they are, which no HTTP library would; returns the status and the whole answer."""
        with socket.create_connection(("127.0.0.1", self.port), 20) as connection:
            connection.settimeout(20)
            connection.sendall(head.encode("latin-1") + b"connection: close\r\n\r\n" + body)
            answer = b""
            while part := connection.recv(65536):
                answer += part
        return int(answer.split(b" ", 2)[1]), answer

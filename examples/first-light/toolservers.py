#!/usr/bin/env python3
"""Four small tools behind the gateway, and one host that no agent should ever reach.

Each answers plain JSON and counts the calls that got through, at `GET /_calls`, so that a story can prove that a denied call
never arrived.
"""
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def payments(method, path, body):
    return 201, {"transfer": "accepted", "amount": body.get("amount"), "currency": body.get("currency")}


def ehr(method, path, body):
    return 200, {"patient": path.rsplit("/", 1)[-1].split("?")[0], "allergies": ["penicillin"]}


def llm(method, path, body):
    return 200, {"completion": "42", "cost_usd": body.get("cost_usd")}


def internal(method, path, body):
    return 200, {"service": "internal-api", "path": path}


def outside(method, path, body):
    return 200, {"service": "somewhere on the internet"}


TOOLS = {"payments": 9301, "ehr": 9302, "llm": 9303, "internal": 9304, "outside": 9305}
BEHAVIOUR = {"payments": payments, "ehr": ehr, "llm": llm, "internal": internal, "outside": outside}


def handler_for(name):
    behave = BEHAVIOUR[name]
    calls = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self):
            length = int(self.headers.get("content-length") or 0)
            raw = self.rfile.read(length) if length else b""
            if self.path == "/_calls":
                status, value = 200, {"calls": len(calls), "last": calls[-1] if calls else None}
            else:
                try:
                    body = json.loads(raw) if raw else {}
                except ValueError:
                    body = {}
                calls.append({"path": self.path, "headers": sorted(key.lower() for key in self.headers)})
                status, value = behave(self.command, self.path, body if isinstance(body, dict) else {})
            text = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_DELETE = answer

        def log_message(self, *_):
            pass

    return Handler


def serve(ports=TOOLS):
    """Starts every tool on loopback; returns the servers, each with its thread running."""
    servers = []
    for name, port in ports.items():
        server = ThreadingHTTPServer(("127.0.0.1", port), handler_for(name))
        threading.Thread(target=server.serve_forever, name=name, daemon=True).start()
        servers.append(server)
    return servers


if __name__ == "__main__":
    try:
        serve()
    except OSError as error:
        sys.exit(f"error: a tool server could not start: {error}")
    print("tool servers:", ", ".join(f"{name} on {port}" for name, port in TOOLS.items()), flush=True)
    threading.Event().wait()

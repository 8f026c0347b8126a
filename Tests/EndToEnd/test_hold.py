"""Calls through Envoy that are held open while people decide."""
import contextlib
import http.server
import socket
import subprocess
import threading
import time

import pytest

from conftest import ENVOY, Gateway, exchange, free_port

TRANSFER = {"amount": 7000, "currency": "EUR", "to": "DE89370400440532013000"}


class Tool(http.server.BaseHTTPRequestHandler):
    calls = []

    def do_POST(self):
        Tool.calls.append(self.rfile.read(int(self.headers.get("content-length", 0))))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *arguments):
        pass


@contextlib.contextmanager
def envoy(home, grpc, tool, timeout):
    """Envoy in front of the tool; it waits for Aegis as long as `timeout` says."""
    port = free_port()
    def cluster(name, port, more=""):
        return f"""
    - name: {name}
      type: STATIC{more}
      load_assignment: {{cluster_name: {name}, endpoints: [{{lb_endpoints: [{{endpoint: {{address: {{socket_address:
        {{address: 127.0.0.1, port_value: {port}}}}}}}}}]}}]}}"""
    http2 = """
      typed_extension_protocol_options:
        envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
          "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
          explicit_http_config: {http2_protocol_options: {}}"""
    (home / "envoy.yaml").write_text(f"""
static_resources:
  listeners:
    - name: agents
      address: {{socket_address: {{address: 127.0.0.1, port_value: {port}}}}}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: agents
                http_filters:
                  - name: envoy.filters.http.ext_authz
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
                      transport_api_version: V3
                      grpc_service: {{envoy_grpc: {{cluster_name: aegis}}, timeout: {timeout}}}
                      with_request_body: {{max_request_bytes: 1048576, allow_partial_message: true, pack_as_bytes: true}}
                  - name: envoy.filters.http.router
                    typed_config: {{"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}
                route_config:
                  virtual_hosts:
                    - {{name: all, domains: ["*"], routes: [{{match: {{prefix: "/"}}, route: {{cluster: tool, timeout: 60s}}}}]}}
  clusters:{cluster("aegis", grpc, http2)}{cluster("tool", tool)}
""")
    log = open(home / "envoy.log", "wb")
    process = subprocess.Popen([str(ENVOY), "-c", str(home / "envoy.yaml"), "--concurrency", "1", "--base-id", str(port)],
                               stdout=log, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 20
        while True:
            assert process.poll() is None and time.monotonic() < deadline, (home / "envoy.log").read_text()[-2000:]
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("held"))
    gateway.issue("finance-1")
    gateway.issue("maria", "--person", "--role", "treasurer")
    tool = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Tool)
    threading.Thread(target=tool.serve_forever, daemon=True).start()
    gateway.tool = tool.server_address[1]
    yield gateway.start(True, "--hold-envoy", "40s")
    gateway.stop()
    tool.shutdown()


def call(gateway, port, amount, answers):
    answers.append(exchange(port, "POST", "/v1/transfers", {**TRANSFER, "amount": amount},
                            {"host": "payments.acme.example", "x-aegis-api-key": gateway.keys["finance-1"]}))


def waiting(gateway, amount):
    """The id of the pending approval of this amount, once it is there."""
    def find():
        found = exchange(gateway.api, "GET", "/v1/approvals?status=pending", None, {"x-aegis-api-key": gateway.keys["maria"]})[2]
        return [a["approval_id"] for a in found["approvals"] if a["parameters_shown"]["amount"] == amount]
    gateway.wait(lambda: bool(find()))
    return find()[0]


@pytest.mark.parametrize("verdict, amount, status", [("approve", 7000, 200), ("deny", 7001, 403)])
def test_a_call_through_envoy_goes_on_as_people_decide(held, tmp_path, verdict, amount, status):
    Tool.calls.clear()
    with envoy(tmp_path, held.grpc, held.tool, "50s") as port:
        answers = []
        thread = threading.Thread(target=call, args=(held, port, amount, answers))
        thread.start()
        approval = waiting(held, amount)
        assert not answers, "the call is held"
        assert not Tool.calls
        exchange(held.api, "POST", f"/v1/approvals/{approval}/{verdict}", {}, {"x-aegis-api-key": held.keys["maria"]})
        thread.join(30)
    assert answers and answers[0][0] == status, answers
    assert len(Tool.calls) == (1 if status == 200 else 0)


def test_a_call_that_envoy_waits_too_short_for_is_denied(held, tmp_path):
    Tool.calls.clear()
    with envoy(tmp_path, held.grpc, held.tool, "1s") as port:
        answers = []
        # Aegis answers 50 ms before Envoy gives up; a busy machine may lose those, and Envoy then denies without a body.
        for _ in range(5):
            call(held, port, 7002, answers)
            if answers[-1][2]:
                break
    status, _, body = answers[-1]
    assert (status, body["decision"]) == (503, "deny"), answers
    assert not Tool.calls
    assert waiting(held, 7002), "people can still decide it"

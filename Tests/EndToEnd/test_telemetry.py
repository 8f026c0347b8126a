"""Traces, metrics and logs of a real gateway: decoded by OpenTelemetry's own package, checked by promtool, scraped by Prometheus."""
import http.client
import json
import os
import re
import subprocess
import time
import urllib.parse
import urllib.request

import grpc
import pytest
from authority import certificates
from conftest import ROOT, Gateway, exchange, free_port
from envoy import Envoy
from collectors import Collector, attributes, dropped, status

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
LINES = {name: {"method": method, "host": f"{name.split('.')[0]}.acme.example", "path": path} for name, method, path in (
    ("payments.transfer", "POST", "/v1/transfers"), ("llm.complete", "POST", "/v1/complete"), ("tickets.create", "POST", "/v1/tickets"))}
PAYMENT = {"amount": 10, "currency": "EUR", "to": "DE89370400440532013000", "memo": "invoice 17"}


def wait(found, what, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := found():
            return value
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what()}" if callable(what) else f"not within {seconds} s: {what}")


@pytest.fixture
def collector():
    collector = Collector()
    yield collector
    collector.close()
    assert not collector.problems


def started(home, collector, *arguments, keys=("finance-1",), **env):
    gateway = Gateway(home)
    for key in keys:
        gateway.issue(key)
    quick = {"OTEL_BSP_SCHEDULE_DELAY": "100", "OTEL_BLRP_SCHEDULE_DELAY": "100", "OTEL_METRIC_EXPORT_INTERVAL": "300"}
    target = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url} if collector else {}
    return gateway.start(True, *arguments, env={**quick, **target, **env})


def decide(gateway, parameters=PAYMENT, **headers):
    return exchange(gateway.api, "POST", "/v1/decisions",
                    {"agent": {"id": "finance-agent"}, "tool": {"name": "payments.transfer"}, "parameters": parameters,
                     "request": LINES["payments.transfer"], "idempotency_key": headers.pop("call", None)},
                    {"x-aegis-api-key": gateway.keys["finance-1"], **headers})[2]


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_a_collector_is_believed_by_its_authority_and_shown_a_certificate(tmp_path, protocol):
    home, other = tmp_path / "own", tmp_path / "other"
    for folder in (home, other):
        folder.mkdir()
        certificates(folder)
    collector = Collector(secured=home)
    endpoint = f"https://localhost:{collector.grpc_port}" if protocol == "grpc" else collector.url
    right = {"OTEL_EXPORTER_OTLP_CERTIFICATE": home / "ca.pem", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": home / "client.pem",
             "OTEL_EXPORTER_OTLP_CLIENT_KEY": home / "client.key"}
    stranger = {"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": other / "client.pem", "OTEL_EXPORTER_OTLP_CLIENT_KEY": other / "client.key"}
    try:
        for number, (change, arrives) in enumerate([({"OTEL_EXPORTER_OTLP_CERTIFICATE": other / "ca.pem"}, False), (stranger, False), ({}, True)]):
            (tmp_path / str(number)).mkdir()
            metrics = free_port()
            gateway = started(tmp_path / str(number), collector, "--metrics", f"127.0.0.1:{metrics}", OTEL_EXPORTER_OTLP_ENDPOINT=endpoint,
                              OTEL_EXPORTER_OTLP_PROTOCOL=protocol, **{name: str(value) for name, value in {**right, **change}.items()})
            try:
                assert decide(gateway)["decision"] == "allow"
                if arrives:
                    wait(collector.spans, "a span")
                else:
                    wait(lambda: re.search(r'aegis_telemetry_failures_total\{signal="traces"\} [1-9]', scrape(metrics)), lambda: scrape(metrics))
                    assert not collector.messages
            finally:
                gateway.stop()
    finally:
        collector.close()


@pytest.mark.parametrize("protocol, compression", [("http/protobuf", "none"), ("http/protobuf", "gzip"), ("grpc", "none"), ("grpc", "gzip")])
def test_agent_decision_and_record_are_one_trace(tmp_path, collector, protocol, compression):
    endpoint = f"http://127.0.0.1:{collector.grpc_port}" if protocol == "grpc" else collector.url
    gateway = started(tmp_path, collector, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint, OTEL_EXPORTER_OTLP_PROTOCOL=protocol,
                      OTEL_EXPORTER_OTLP_COMPRESSION=compression, OTEL_SERVICE_NAME="payments-gateway",
                      OTEL_RESOURCE_ATTRIBUTES="deployment.environment.name=test%20bed", OTEL_EXPORTER_OTLP_HEADERS="x-key=a%20secret")
    try:
        answer = decide(gateway, call="call-7", traceparent=f"00-{TRACE}-{SPAN}-01", tracestate="congo=t61rcWkgMzE")
        assert answer["decision"] == "allow" and answer["trace_id"] == TRACE
        resource, span = wait(collector.spans, "a span")[0]
        assert span.trace_id.hex() == TRACE and span.parent_span_id.hex() == SPAN and span.trace_state == "congo=t61rcWkgMzE"
        assert span.name == "execute_tool payments.transfer" and span.kind == 1 and span.status.code == 0
        assert 0 < span.end_time_unix_nano - span.start_time_unix_nano < 10_000_000_000
        record = [record for record in gateway.records() if record["kind"] == "decision"][-1]
        assert (record["trace_id"], record["span_id"]) == (TRACE, span.span_id.hex())
        told = attributes(span)
        assert told == {
            "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "payments.transfer", "gen_ai.tool.call.id": "call-7",
            "gen_ai.agent.id": "finance-agent", "aegis.decision": "allow", "aegis.decision_reason": "policy_allow",
            "aegis.policy_version": answer["policy_version"], "aegis.mode": "enforce", "aegis.would_decision": "allow",
            "aegis.tenant": "acme", "aegis.decision_id": answer["decision_id"], "aegis.enforcement_point": "decision-api",
            "security_rule.ruleset.name": "finance-payments", **{name: told.get(name) for name in ("security_rule.name",) if name in told},
            "agent_id": "finance-agent", "tool_name": "payments.transfer", "policy_version": answer["policy_version"],
            "decision_reason": "policy_allow"}
        assert resource["service.name"] == "payments-gateway" and resource["service.instance.id"] == "gw-1"
        assert resource["deployment.environment.name"] == "test bed"
        event = wait(lambda: [log for log in collector.logs() if log.event_name == "aegis.decision"], "a log record")[0]
        assert (event.trace_id, event.span_id) == (span.trace_id, span.span_id)
        assert event.body.string_value == "payments.transfer: allow (policy_allow)"
        lines = wait(lambda: [log for log in collector.logs() if log.body.string_value == "policies active"] or
                     [log for log in collector.logs() if "ext_authz on" in log.body.string_value], "the gateway's own log")
        assert lines[0].severity_text == "NOTICE"
        sums = wait(lambda: collector.metrics().get("aegis_decisions_total"), "metrics")
        assert sums.sum.is_monotonic and sums.sum.aggregation_temporality == 2
        times = collector.metrics()["aegis_decision_duration_seconds"].histogram.data_points[0]
        assert len(times.bucket_counts) == len(times.explicit_bounds) + 1 and sum(times.bucket_counts) == times.count
        assert all(sent.get("x-key") == "a secret" for sent in collector.metadata)
        everything = "".join(str(message) for message in collector.messages)
        assert PAYMENT["to"] not in everything and "invoice 17" not in everything
    finally:
        gateway.stop()


def test_a_call_without_a_trace_begins_one(tmp_path, collector):
    gateway = started(tmp_path, collector)
    try:
        for header in ({}, {"traceparent": "garbage"}, {"traceparent": f"00-{'0' * 32}-{SPAN}-01"}):
            trace = decide(gateway, **header)["trace_id"]
            assert re.fullmatch("[0-9a-f]{32}", trace) and trace != TRACE
        spans = wait(lambda: len(collector.spans()) == 3 and collector.spans(), "three spans")
        assert all(span.parent_span_id == b"" for _, span in spans)
    finally:
        gateway.stop()


def test_a_caller_that_keeps_no_spans_gets_none(tmp_path, collector):
    gateway = started(tmp_path, collector)
    try:
        answer = decide(gateway, traceparent=f"00-{TRACE}-{SPAN}-00")
        assert answer["trace_id"] == TRACE
        wait(lambda: [log for log in collector.logs() if log.event_name], "the log record, which no sampling leaves out")
        assert collector.spans() == []
    finally:
        gateway.stop()


def test_through_envoy_the_tool_is_called_within_the_same_trace(tmp_path, collector):
    gateway = started(tmp_path, collector)
    envoy = Envoy(tmp_path, gateway.grpc).start()
    try:
        connection = http.client.HTTPConnection("127.0.0.1", envoy.port, timeout=20)
        connection.request("POST", "/v1/transfers", json.dumps(PAYMENT), {
            "host": "payments.acme.example", "content-type": "application/json", "x-aegis-api-key": gateway.keys["finance-1"],
            "traceparent": f"00-{TRACE}-{SPAN}-01"})
        assert connection.getresponse().status == 200
        span = wait(collector.spans, "a span")[0][1]
        assert span.trace_id.hex() == TRACE and span.parent_span_id.hex() == SPAN
        assert envoy.tool.headers[-1]["traceparent"] == f"00-{TRACE}-{span.span_id.hex()}-01"
    finally:
        envoy.stop()
        gateway.stop()


def test_without_telemetry_the_trace_passes_untouched(tmp_path):
    gateway = started(tmp_path, None)
    envoy = Envoy(tmp_path, gateway.grpc).start()
    try:
        connection = http.client.HTTPConnection("127.0.0.1", envoy.port, timeout=20)
        connection.request("POST", "/v1/transfers", json.dumps(PAYMENT), {
            "host": "payments.acme.example", "content-type": "application/json", "x-aegis-api-key": gateway.keys["finance-1"],
            "traceparent": f"00-{TRACE}-{SPAN}-01"})
        assert connection.getresponse().status == 200
        assert envoy.tool.headers[-1]["traceparent"] == f"00-{TRACE}-{SPAN}-01"
        record = [record for record in gateway.records() if record["kind"] == "decision"][-1]
        assert (record["trace_id"], record["span_id"]) == (TRACE, SPAN)
    finally:
        envoy.stop()
        gateway.stop()


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_a_collector_that_fails_costs_no_decision_and_gets_the_spans_later(tmp_path, collector, protocol):
    metrics = free_port()
    collector.faults += [status(503, retry_after="1"), dropped, status(429)]
    collector.grpc_faults += [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.ABORTED, grpc.StatusCode.DEADLINE_EXCEEDED]
    endpoint = f"http://127.0.0.1:{collector.grpc_port}" if protocol == "grpc" else collector.url
    gateway = started(tmp_path, collector, "--metrics", f"127.0.0.1:{metrics}", OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=endpoint
                      + ("" if protocol == "grpc" else "/v1/traces"), OTEL_EXPORTER_OTLP_PROTOCOL=protocol,
                      OTEL_LOGS_EXPORTER="none", OTEL_METRICS_EXPORTER="none")
    try:
        for _ in range(3):
            assert decide(gateway)["decision"] == "allow"
        wait(lambda: re.search(r'exported_total\{signal="traces"\} 3', scrape(metrics)), lambda: scrape(metrics), 30)
        assert float(re.search(r'failures_total\{signal="traces"\} (\d+)', scrape(metrics))[1]) >= 3
    finally:
        gateway.stop()


def test_a_collector_that_is_away_costs_spans_that_are_counted_and_no_decision(tmp_path):
    metrics = free_port()
    gateway = started(tmp_path, None, "--metrics", f"127.0.0.1:{metrics}", OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{free_port()}",
                      OTEL_BSP_MAX_QUEUE_SIZE="5", OTEL_BSP_MAX_EXPORT_BATCH_SIZE="5", OTEL_BSP_EXPORT_TIMEOUT="60000")
    try:
        for _ in range(30):
            assert decide(gateway)["decision"] == "allow"
        # Five are being tried, five wait, the rest is gone and counted.
        wait(lambda: re.search(r'dropped_total\{signal="traces"\} (1[5-9]|2\d)', scrape(metrics)), lambda: scrape(metrics))
        assert len([record for record in gateway.records() if record["kind"] == "decision"]) == 30
        assert 'aegis_decisions_total{tenant="acme",decision="allow",mode="enforce",reason="policy_allow"} 30' in scrape(metrics)
    finally:
        gateway.stop()


def test_what_waits_at_shutdown_is_still_sent(tmp_path, collector):
    gateway = started(tmp_path, collector, OTEL_BSP_SCHEDULE_DELAY="600000", OTEL_BLRP_SCHEDULE_DELAY="600000")
    decide(gateway)
    gateway.stop()
    assert len(collector.spans()) == 1
    assert [log for log in collector.logs() if log.event_name == "aegis.decision"]


def test_the_log_is_json_where_it_is_wanted(tmp_path):
    gateway = started(tmp_path, None, "--log-format", "json")
    gateway.stop()
    lines = [json.loads(line) for line in (tmp_path / "aegis.log").read_text().splitlines()]
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
    assert any(line["message"].startswith("decision API on port") for line in lines)


@pytest.mark.parametrize("env, arguments, message", [
    ({"OTEL_EXPORTER_OTLP_ENDPOINT": "collector"}, [], "OTEL_EXPORTER_OTLP_ENDPOINT is `collector`, which is no http or https address"),
    ({"OTEL_EXPORTER_OTLP_ENDPOINT": "https://c", "OTEL_EXPORTER_OTLP_CERTIFICATE": "/nowhere.pem"}, [],
     "telemetry: `/nowhere.pem` holds no certificate or key that can be used"),
    ({}, ["--metrics", "9464"], "--metrics `9464` is not HOST:PORT"),
    ({}, ["--log-format", "xml"], "--log-format `xml` is neither `text` nor `json`"),
])
def test_a_mistake_stops_the_start(tmp_path, env, arguments, message):
    gateway = Gateway(tmp_path)
    with pytest.raises(AssertionError):
        gateway.start(True, *arguments, env=env)
    assert f"error: {message}\nfix: " in (tmp_path / "aegis.log").read_text()
    assert gateway.process.wait(20) == 2


# Prometheus

def scrape(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as response:
        assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        return response.read().decode()


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """A gateway that has seen some of everything, with its metrics' port."""
    port = free_port()
    gateway = started(tmp_path_factory.mktemp("measured"), None, "--metrics", f"127.0.0.1:{port}",
                      keys=("finance-1", "llm-1", "support-1"))
    for amount in (10, 9000, 60000):
        decide(gateway, {**PAYMENT, "amount": amount})
    decide(gateway, {**PAYMENT, "currency": "USD"})
    decide(gateway, call="again")
    decide(gateway, call="again")
    gateway.decide("llm-1", "llm-agent", "llm.complete", {"prompt": "sum up", "cost_usd": 6.6}, request=LINES["llm.complete"])
    gateway.decide("support-1", "support-agent", "tickets.create", {"subject": "x", "body": "SSN 123-45-6789"}, request=LINES["tickets.create"])
    gateway.decide(None, "nobody", "web.get", {})
    yield gateway, port
    gateway.stop()


def test_metrics_say_what_happened(measured):
    text = scrape(measured[1])
    for line in (
            'aegis_decisions_total{tenant="acme",decision="approval_needed",mode="enforce",reason="approval_required"} 1',
            'aegis_decisions_total{tenant="acme",decision="deny",mode="enforce",reason="amount_exceeded"} 1',
            'aegis_decisions_total{tenant="_unknown",decision="deny",mode="enforce",reason="unauthenticated_agent"} 1',
            'aegis_would_block_total{tenant="acme",policy="dollar-freeze",rule="no-dollars",decision="deny"} 1',
            'aegis_agent_decisions_total{tenant="acme",agent="finance-agent",tool="payments.transfer",decision="deny"} 1',
            'aegis_budget_remaining{tenant="acme",policy="llm-budget",rule="daily_budget",scope="agent",subject="llm-agent",window="day",currency="USD"} 13.4',
            'aegis_redactions_total{tenant="acme",detector="us_ssn"} 1', "aegis_repeated_answers_total 1",
            'aegis_approvals{tenant="acme",status="pending"} 1', 'aegis_bundle_version{tenant="acme"} 1', "aegis_audit_available 1"):
        assert f"\n{line}\n" in text, text
    assert re.search(r'\naegis_audit_durable_index\{log="gw-1/acme"\} \d+\n', text)
    assert exchange(measured[0].api, "GET", "/metrics")[0] == 404


PHOENIX = os.environ.get("AEGIS_PHOENIX")  # of Arize, from PyPI `arize-phoenix`: too large to be installed for one test


def listens(port):
    try:
        return exchange(port, "GET", "/")[0] == 200
    except OSError:
        return False


@pytest.mark.skipif(not PHOENIX, reason="set AEGIS_PHOENIX to a `phoenix` program to see spans arrive there")
def test_phoenix_shows_decisions_as_calls_of_tools(tmp_path):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with open(tmp_path / "phoenix.log", "wb") as log:
        phoenix = subprocess.Popen([PHOENIX, "serve"], cwd=tmp_path, stdout=log, stderr=log, env={
            **os.environ, "PHOENIX_WORKING_DIR": str(tmp_path), "PHOENIX_HOST": "127.0.0.1", "PHOENIX_PORT": str(port),
            "PHOENIX_GRPC_PORT": str(free_port()), "PHOENIX_TELEMETRY_ENABLED": "false"})
    try:
        wait(lambda: listens(port), "Phoenix", 120)
        gateway = started(tmp_path / "gw", None, OTEL_EXPORTER_OTLP_ENDPOINT=url, OTEL_METRICS_EXPORTER="none", OTEL_LOGS_EXPORTER="none")
        answers = [decide(gateway, {**PAYMENT, "amount": amount}) for amount in (10, 9000, 60000)]
        spans = []

        def arrived():
            spans[:] = json.loads(urllib.request.urlopen(f"{url}/v1/projects/default/spans").read())["data"]
            return len(spans) == 3

        wait(arrived, lambda: spans, 60)
        gateway.stop()
        assert {span["span_kind"] for span in spans} == {"TOOL"}
        assert {(span["attributes"]["aegis.decision_id"], span["attributes"]["aegis.decision"]) for span in spans} == \
            {(answer["decision_id"], answer["decision"]) for answer in answers}
        assert {answer["decision"] for answer in answers} == {"allow", "approval_needed", "deny"}
    finally:
        phoenix.terminate()
        phoenix.wait(30)


def test_promtool_finds_no_fault_with_the_metrics(measured):
    done = subprocess.run(["promtool", "check", "metrics"], input=scrape(measured[1]), capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_prometheus_scrapes_the_metrics_and_answers_the_dashboard(measured, tmp_path):
    port = free_port()
    (tmp_path / "prometheus.yml").write_text(
        "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
        f"rule_files: [{ROOT}/deploy/prometheus/alerts.yaml]\n"
        f"scrape_configs: [{{job_name: aegis, static_configs: [{{targets: ['127.0.0.1:{measured[1]}']}}]}}]\n")
    process = subprocess.Popen(
        ["prometheus", f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/tsdb",
         f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"], stdout=open(tmp_path / "prometheus.log", "wb"), stderr=subprocess.STDOUT)

    def query(text):
        url = f"http://127.0.0.1:{port}/api/v1/query?" + urllib.parse.urlencode({"query": text})
        try:
            with urllib.request.urlopen(url, timeout=10) as response:
                return json.load(response)["data"]["result"]
        except OSError:
            return []

    try:
        wait(lambda: query('up{job="aegis"} == 1'), lambda: (tmp_path / "prometheus.log").read_text(), 40)
        wait(lambda: query("count_over_time(aegis_build_info[1m]) > 3"), "four scrapes")
        found = query('sum(aegis_decisions_total{decision="deny"})')
        assert float(found[0]["value"][1]) >= 2
        empty = []
        for title, expression in dashboard():
            if not query(expression):
                empty.append(title)
        assert empty == [], empty
        rules = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/rules", timeout=10))["data"]["groups"]
        assert [rule["health"] for group in rules for rule in group["rules"]] == ["ok"] * sum(len(group["rules"]) for group in rules)
        assert rules
    finally:
        process.terminate()
        process.wait(20)


def dashboard():
    """The dashboard's queries, with its variables filled in."""
    board = json.loads((ROOT / "deploy/grafana/aegis.json").read_text())
    for panel in board["panels"]:
        for target in panel.get("targets", []):
            expression = target["expr"].replace("$__rate_interval", "1m").replace("$__range", "1h").replace("$tenant", ".*")
            yield panel["title"], expression

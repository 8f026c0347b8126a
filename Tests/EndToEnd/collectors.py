"""What telemetry and records are sent to in the tests: receivers that check the wire format as strictly as the real ones, and that
fail on demand. Each keeps what it has taken; nothing is taken before the answer that says so."""
import contextlib
import gzip
import http.server
import json
import ssl
import threading
import time
from concurrent import futures
from urllib.parse import parse_qs, urlsplit

import grpc
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2, logs_service_pb2_grpc
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2, metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc


class Receiver:
    """An HTTP server on a free port. `faults` is a list of functions tried in order, one a request: each answers in its stead."""

    def __init__(self, port=0):
        self.requests, self.faults, self.problems = [], [], []
        self.lock = threading.Lock()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                with receiver.lock:
                    receiver.requests.append((self.path, dict(self.headers), len(body)))
                    fault = receiver.faults.pop(0) if receiver.faults else None
                try:
                    answer = fault(self, body) if fault else receiver.take(self, body)
                    if answer is not None:
                        self.reply(*answer)
                except Exception as error:  # a defect of the test must show
                    receiver.problems.append(repr(error))
                    self.reply(500, b"")

            def reply(self, status, body, headers=()):
                body = body if isinstance(body, bytes) else json.dumps(body).encode()
                with contextlib.suppress(OSError):
                    self.send_response(status)
                    for name, value in headers:
                        self.send_header(name, value)
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def secure(self, home, asks=False):
        """From now on TLS, with the certificate in `home`; with `asks`, only for who shows one of the same authority."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(home / "server.pem", home / "server.key")
        if asks:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(home / "ca.pem")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://localhost:{self.port}"

    def take(self, request, body):
        raise NotImplementedError

    def refuse(self, why):
        self.problems.append(why)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def status(code, body=b"", **headers):
    """A fault: this answer, and nothing is taken."""
    return lambda request, _: (code, body, [(name.replace("_", "-"), value) for name, value in headers.items()])


def slow(seconds):
    """A fault: nothing is taken, and the answer takes its time."""
    def fault(request, _):
        time.sleep(seconds)
        return 503, b""
    return fault


def dropped(request, _):
    """A fault: the connection is cut without an answer."""
    request.close_connection = True
    request.connection.close()


class Collector(Receiver):
    """OTLP over HTTP, and over gRPC on another port, decoded by OpenTelemetry's own package."""

    KINDS = {"/v1/traces": trace_service_pb2.ExportTraceServiceRequest, "/v1/logs": logs_service_pb2.ExportLogsServiceRequest,
             "/v1/metrics": metrics_service_pb2.ExportMetricsServiceRequest}

    def __init__(self, secured=None):
        super().__init__()
        if secured:
            self.secure(secured, asks=True)
        self.messages, self.metadata, self.grpc_faults = [], [], []
        self.grpc = grpc.server(futures.ThreadPoolExecutor(4))
        for registers, base, kind in (
                (trace_service_pb2_grpc.add_TraceServiceServicer_to_server, trace_service_pb2_grpc.TraceServiceServicer,
                 trace_service_pb2.ExportTraceServiceResponse),
                (logs_service_pb2_grpc.add_LogsServiceServicer_to_server, logs_service_pb2_grpc.LogsServiceServicer,
                 logs_service_pb2.ExportLogsServiceResponse),
                (metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server, metrics_service_pb2_grpc.MetricsServiceServicer,
                 metrics_service_pb2.ExportMetricsServiceResponse)):
            registers(self.service(base, kind), self.grpc)
        if secured:
            key, certificate, authority = ((secured / name).read_bytes() for name in ("server.key", "server.pem", "ca.pem"))
            self.grpc_port = self.grpc.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(key, certificate)], authority, True))
        else:
            self.grpc_port = self.grpc.add_insecure_port("127.0.0.1:0")
        self.grpc.start()

    def service(self, base, response):
        collector = self

        class Service(base):
            def Export(self, request, context):
                with collector.lock:
                    fault = collector.grpc_faults.pop(0) if collector.grpc_faults else None
                    if fault is None:
                        collector.messages.append(request)
                        collector.metadata.append(dict(context.invocation_metadata()))
                if fault is not None:
                    context.abort(fault, "not now")
                return response()

        return Service()

    def take(self, request, body):
        kind = self.KINDS.get(request.path)
        if kind is None or request.headers.get("content-type") != "application/x-protobuf":
            self.refuse(f"{request.path} {request.headers.get('content-type')}")
            return 404, b""
        message = kind.FromString(body)
        with self.lock:
            self.messages.append(message)
            self.metadata.append({name.lower(): value for name, value in request.headers.items()})
        return 200, b"", [("content-type", "application/x-protobuf")]

    def spans(self):
        with self.lock:
            return [(attributes(whole.resource), span) for message in self.messages if hasattr(message, "resource_spans")
                    for whole in message.resource_spans for part in whole.scope_spans for span in part.spans]

    def logs(self):
        with self.lock:
            return [record for message in self.messages if hasattr(message, "resource_logs")
                    for whole in message.resource_logs for part in whole.scope_logs for record in part.log_records]

    def metrics(self):
        with self.lock:
            return {metric.name: metric for message in self.messages if hasattr(message, "resource_metrics")
                    for whole in message.resource_metrics for part in whole.scope_metrics for metric in part.metrics}

    def close(self):
        self.grpc.stop(0)
        super().close()


def attributes(holder):
    return {entry.key: getattr(entry.value, entry.value.WhichOneof("value")) for entry in holder.attributes}


class Splunk(Receiver):
    """The HTTP Event Collector with indexer acknowledgement. Events are indexed a moment after they are taken."""

    TOKEN = "0aa51c4b-0000-4000-8000-3d3d3d3d3d3d"

    def __init__(self, port=0, acknowledges=True):
        self.events, self.waiting, self.lost = [], {}, False
        self.acknowledges, self.next = acknowledges, 0
        super().__init__(port)

    def take(self, request, body):
        if request.headers.get("authorization") != f"Splunk {self.TOKEN}":
            return 403, {"text": "Invalid token", "code": 4}
        url = urlsplit(request.path)
        channel = request.headers.get("x-splunk-request-channel")
        if self.acknowledges and not channel:
            return 400, {"text": "Data channel is missing", "code": 10}
        if url.path == "/services/collector/ack":
            if parse_qs(url.query).get("channel") != [channel]:
                return 400, {"text": "Invalid data channel", "code": 11}
            with self.lock:
                answer = {}
                for number in json.loads(body)["acks"]:
                    # True once, and only of what has been indexed.
                    events = self.waiting.pop((channel, number), None)
                    self.events += events or []
                    answer[str(number)] = events is not None
            return 200, {"acks": answer}
        if url.path != "/services/collector/event":
            return 404, {"text": "not found"}
        events = list(self.parse(body))
        for position, event in enumerate(events):
            if problem := self.problem(event):
                self.refuse(problem)
                return 400, {"text": problem, "code": 6, "invalid-event-number": position}
        with self.lock:
            if not self.acknowledges:
                self.events += events
                return 200, {"text": "Success", "code": 0}
            self.next += 1
            self.waiting[(channel, self.next)] = events
            return 200, {"text": "Success", "code": 0, "ackId": self.next}

    @staticmethod
    def parse(body):
        """JSON objects one behind the other: no list, no commas."""
        text, place, decoder = body.decode(), 0, json.JSONDecoder()
        while place < len(text):
            event, place = decoder.raw_decode(text, place)
            yield event

    @staticmethod
    def problem(event):
        if not event.get("event"):
            return "Event field cannot be blank"
        if not isinstance(event["time"], float) or not 1.6e9 < event["time"] < 1e10:
            return f"time is not in seconds: {event['time']}"
        if any(not isinstance(value, (str, list)) for value in event.get("fields", {}).values()):
            return "Error in handling indexed fields"
        unknown = set(event) - {"time", "host", "source", "sourcetype", "index", "event", "fields"}
        return f"unknown members {unknown}" if unknown else None

    def ids(self):
        with self.lock:
            return [event["fields"]["event_id"] for event in self.events]


class Elastic(Receiver):
    """`_bulk` on a data stream: only `create`, ids once, each item with its own status. `poison` refuses documents for ever,
    `busy` some of them for the first time."""

    KEY = "aWQ6a2V5"
    REQUIRED = {"@timestamp", "ecs", "event", "message", "aegis"}
    CATEGORIES = {"api", "iam", "configuration"}
    TYPES = {"access", "admin", "allowed", "change", "creation", "deletion", "denied", "end", "group", "info", "start", "user"}

    def __init__(self, port=0):
        self.documents, self.copies = {}, 0
        self.poison = self.busy = lambda document: False
        self.seen_busy = set()
        super().__init__(port)

    def take(self, request, body):
        if request.headers.get("authorization") != f"ApiKey {self.KEY}":
            return 401, {"error": {"type": "security_exception"}, "status": 401}
        if request.path != "/logs-aegis-default/_bulk" or request.headers.get("content-type") != "application/x-ndjson":
            self.refuse(f"{request.path} {request.headers.get('content-type')}")
            return 404, {"error": {"type": "index_not_found_exception"}, "status": 404}
        if not body.endswith(b"\n"):
            self.refuse("no final newline")
            return 400, {"error": {"type": "illegal_argument_exception", "reason": "must be terminated by a newline"}}
        lines = body.decode().split("\n")[:-1]
        items = []
        with self.lock:
            for action, document in zip(lines[::2], lines[1::2], strict=True):
                (operation, target), = json.loads(action).items()
                items.append({"create": {"_id": target["_id"], **self.store(operation, target["_id"], json.loads(document))}})
        return 200, {"took": 1, "errors": any(item["create"]["status"] > 299 for item in items), "items": items}

    def store(self, operation, name, document):
        if operation != "create" or not self.REQUIRED <= document.keys():
            self.refuse(f"{operation} {sorted(document)}")
        event = document["event"]
        if not (set(event["category"]) <= self.CATEGORIES and set(event["type"]) <= self.TYPES
                and event["outcome"] in ("success", "failure", "unknown") and event["id"] == name):
            self.refuse(f"not ECS: {event}")
        if name in self.documents:
            self.copies += 1
            return {"status": 409, "error": {"type": "version_conflict_engine_exception", "reason": "document already exists"}}
        if self.poison(document):
            return {"status": 400, "error": {"type": "document_parsing_exception", "reason": "failed to parse field [aegis.x]"}}
        if self.busy(document) and name not in self.seen_busy:
            self.seen_busy.add(name)
            return {"status": 429, "error": {"type": "es_rejected_execution_exception", "reason": "queue is full"}}
        self.documents[name] = document
        return {"status": 201, "result": "created"}

    def ids(self):
        with self.lock:
            return list(self.documents)


class Datadog(Receiver):
    """The log intake, v2."""

    KEY = "dd-secret-key"

    def __init__(self, port=0):
        self.logs = []
        super().__init__(port)

    def take(self, request, body):
        if request.headers.get("dd-api-key") != self.KEY:
            return 403, {"errors": [{"status": "403", "title": "Forbidden"}]}
        if request.path != "/api/v2/logs" or request.headers.get("content-type") != "application/json":
            self.refuse(f"{request.path} {request.headers.get('content-type')}")
            return 400, {"errors": [{"status": "400"}]}
        logs = json.loads(body)
        if len(body) > 5 << 20 or len(logs) > 1000:
            return 413, {"errors": [{"status": "413"}]}
        for log in logs:
            if not {"ddsource", "ddtags", "hostname", "service", "message", "status"} <= log.keys():
                self.refuse(f"members missing: {sorted(log)}")
        with self.lock:
            self.logs += logs
        return 202, {}

    def ids(self):
        with self.lock:
            return [log["evt"]["id"] for log in self.logs]

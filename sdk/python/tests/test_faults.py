"""Whatever goes wrong between a tool and Aegis, the tool does not run and the caller sees why: on both paths."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading

import pytest

import aegis

ALLOW = {
    "decision_id": "d-1",
    "decision": "allow",
    "decision_reason": {"code": "policy_allow", "message": ""},
    "policy_version": "t/1",
    "mode": "enforce",
    "agent_id": "finance-agent",
    "tool_name": "pay",
    "parameters": None,
}


def http(status: int, body: object, headers: str = "content-type: application/json") -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return f"HTTP/1.1 {status} X\r\n{headers}\r\ncontent-length: {len(content)}\r\n\r\n".encode() + content


class Misbehaving:
    """A server that sends the given bytes, one for each request (the last for all later ones), and keeps what it was sent.

    An int waits so many seconds without a word; None hangs up.
    """

    def __init__(self, *answers: bytes | float | None) -> None:
        self.answers = list(answers)
        self.bodies: list[dict[str, object]] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.done = threading.Event()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as reader, contextlib.suppress(OSError):
            while line := reader.readline():
                length = 0
                while line not in (b"\r\n", b""):
                    name, _, value = line.decode().partition(":")
                    length = int(value) if name.lower() == "content-length" else length
                    line = reader.readline()
                self.bodies.append(json.loads(reader.read(length) or b"{}"))
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                if answer is None:
                    return
                if isinstance(answer, (int, float)):
                    self.done.wait(answer)
                    return
                connection.sendall(answer)

    def __enter__(self) -> Misbehaving:
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.listener.close()


def call(url: str, body, path: str, note: str | None = None, **options):
    parameters = {"amount": 1, **({"note": note} if note else {})}
    client = aegis.Aegis(url, "aegis_k", "finance-agent", **{"timeout": 20, **options})
    if path == "sync":
        return client.guarded("pay")(body)(**parameters)

    async def entered(**parameters):
        return body(**parameters)

    async def run():
        async with client:
            return await client.guarded("pay")(entered)(**parameters)

    return asyncio.run(run())


BOTH = pytest.mark.parametrize("path", ["sync", "async"])


@BOTH
@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (http(200, {**ALLOW, "decision": "maybe"}), aegis.AnswerInvalid, "`answer.decision` is none of"),
        (http(200, {**ALLOW, "decision": ["allow"]}), aegis.AnswerInvalid, "`answer.decision` is not a text"),
        (http(200, {**ALLOW, "tool_name": "other"}), aegis.AnswerInvalid, "it is about another tool"),
        (http(200, {**ALLOW, "agent_id": "other"}), aegis.AnswerInvalid, "it is about another agent"),
        (http(200, {**ALLOW, "dry_run": True}), aegis.AnswerInvalid, "it is about a dry run"),
        (http(200, {**ALLOW, "decision": "sanitize"}), aegis.AnswerInvalid, "there are no parameters to run with"),
        (http(200, {**ALLOW, "parameters": 1}), aegis.AnswerInvalid, "`answer.parameters` is no dict"),
        (http(200, {"decision": "allow"}), aegis.AnswerInvalid, "`answer.decision_id` is not a text"),
        (http(200, [ALLOW]), aegis.AnswerInvalid, "`answer` is not an object"),
        (http(200, b"<html>welcome</html>"), aegis.AnswerInvalid, "it is no JSON"),
        (http(200, b""), aegis.AnswerInvalid, "it is no JSON"),
        (http(200, b"[" * 100_000), aegis.AnswerInvalid, "it is no JSON"),
        (http(200, json.dumps(ALLOW)[:-1].encode() + b', "decision": "allow"}'), aegis.AnswerInvalid, "it is no JSON"),
        (http(200, json.dumps(ALLOW)[:-1].encode() + b', "limits": NaN}'), aegis.AnswerInvalid, "it is no JSON"),
        (http(302, b"", "location: http://127.0.0.1:1/"), aegis.AnswerInvalid, "HTTP status 302"),
        (http(201, ALLOW), aegis.AnswerInvalid, "HTTP status 201"),
        (http(500, b"oops"), aegis.AnswerInvalid, "HTTP status 500 and no reason"),
        (http(500, {"code": "internal_error", "detail": "a fault"}), aegis.GatewayFault, "a fault (internal_error)"),
        (http(503, {"code": "audit_unavailable", "detail": "disk full"}), aegis.GatewayFault, "disk full (audit_unavailable)"),
        (http(401, {"code": "unauthenticated_agent", "detail": "no"}), aegis.Unauthenticated, "Aegis refused `pay`: no"),
        (http(413, {"code": "request_too_large", "detail": "long"}), aegis.RequestRefused, "long (request_too_large)"),
        (http(418, {"code": "unheard_of", "detail": "tea"}), aegis.Denied, "tea (unheard_of)"),
        (b"garbage\r\n\r\n", aegis.Unavailable, "did not decide on `pay`"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{", aegis.Unavailable, "did not decide on `pay`"),
        (http(200, b"x" * (9 << 20)), aegis.Unavailable, "the answer is longer than 8388608 bytes"),
        (10.0, aegis.Unavailable, "did not decide on `pay`"),
        (None, aegis.Unavailable, "did not decide on `pay`"),
    ],
)
def test_an_answer_that_permits_nothing(path, answer, kind, words, body):
    with Misbehaving(answer) as server, pytest.raises(kind) as caught:
        call(server.url, body, path, retries=0, timeout=0.6 if answer == 10.0 else 20)
    assert words in str(caught.value)
    assert caught.value.tool == "pay"
    assert body.entered == []


@BOTH
def test_an_answer_that_never_ends_is_cut_off(path, body):
    class Dripping(Misbehaving):
        def serve(self, connection):
            with connection, contextlib.suppress(OSError):
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
                while not self.done.wait(0.05):
                    connection.sendall(b" ")

    with Dripping(b"") as server, pytest.raises(aegis.Unavailable):
        call(server.url, body, path, retries=0, timeout=0.6)
    assert body.entered == []


@BOTH
def test_nobody_listens(path, body):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(aegis.Unavailable) as caught:
        call(f"http://127.0.0.1:{port}", body, path)
    assert str(caught.value).endswith("Nothing was permitted.")
    assert caught.value.for_model.endswith("Nothing was done. Tell the user; it may work later.")
    assert body.entered == []


@BOTH
@pytest.mark.parametrize("first", [None, http(503, b"busy"), b"garbage\r\n\r\n"])
def test_a_retry_carries_the_same_idempotency_key(path, first, body):
    with Misbehaving(first, http(200, ALLOW)) as server:
        call(server.url, body, path, timeout=20)
        assert body.entered == [{"amount": 1}]
        keys = [sent["idempotency_key"] for sent in server.bodies]
    assert len(keys) == 2
    assert keys[0] == keys[1]


@BOTH
def test_two_calls_have_two_keys(path, body):
    with Misbehaving(http(200, ALLOW)) as server:
        call(server.url, body, path)
        call(server.url, body, path)
        assert len({sent["idempotency_key"] for sent in server.bodies}) == 2


@BOTH
def test_without_a_key_nothing_is_sent_twice(path, body):
    with Misbehaving(None, http(200, ALLOW)) as server:
        with pytest.raises(aegis.Unavailable):
            call(server.url, body, path, retries=0)
        assert [sent.get("idempotency_key") for sent in server.bodies] == [None]
    assert body.entered == []


@BOTH
def test_who_waits_for_aegis_sends_a_key(path, body):
    with Misbehaving(None, http(200, ALLOW)) as server:
        call(server.url, body, path, retries=0, on_unavailable="wait", timeout=20)
        assert len({sent["idempotency_key"] for sent in server.bodies}) == 1
        assert len(server.bodies) == 2


@BOTH
def test_an_answer_still_being_made_is_asked_for_again(path, body):
    flight = {**ALLOW, "decision": "deny", "decision_reason": {"code": "idempotency_in_flight", "message": "wait"}}
    with Misbehaving(http(200, flight), http(200, ALLOW)) as server:
        call(server.url, body, path, timeout=20)
    assert body.entered == [{"amount": 1}]


@BOTH
def test_waiting_for_aegis_ends_with_the_timeout(path, body):
    # The last try may have too little time left for its answer: then it is not the answer that is told.
    with Misbehaving(http(503, b"")) as server, pytest.raises(aegis.Unavailable):
        call(server.url, body, path, on_unavailable="wait", timeout=2)
    assert body.entered == []
    assert len(server.bodies) > 2


@BOTH
def test_huge_arguments_are_refused_before_they_are_sent(path, body):
    with Misbehaving(http(200, ALLOW)) as server:
        with pytest.raises(aegis.EncodingError, match="Aegis reads at most 1048576"):
            call(server.url, body, path, note="x" * (1 << 20))
        assert server.bodies == []
    assert body.entered == []


def test_a_cancelled_task_runs_no_tool(body):
    async def entered(**parameters):
        return body(**parameters)

    async def run():
        with Misbehaving(10.0) as server:
            task = asyncio.create_task(aegis.Aegis(server.url, "aegis_k", "finance-agent").guarded("pay")(entered)(amount=1))
            while not server.bodies:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(run())
    assert body.entered == []


def test_a_client_outlives_event_loops_and_a_closed_connection(body):
    with Misbehaving(http(200, ALLOW)) as server:
        client = aegis.Aegis(server.url, "aegis_k", "finance-agent")
        for _ in range(3):
            assert asyncio.run(client.adecide("pay", {"amount": 1})).permits
        client.close()
        assert client.decide("pay", {"amount": 1}).permits

"""Where a gateway decides: on threads that have nothing else to do, and that nobody can take by waiting."""
import contextlib
import os
import pathlib
import socket


def usable():
    """Processors for this process: those of its mask, and no more than its control group's quota."""
    count = len(os.sched_getaffinity(0))
    try:
        share, period = pathlib.Path("/sys/fs/cgroup/cpu.max").read_text().split()
    except OSError:
        return count
    return count if share == "max" else min(count, -(-int(share) // int(period)))


def deciding(process):
    """Nanoseconds on a processor of each thread that decides. Threads of other work that end during the look are left out."""
    spent = []
    for task in pathlib.Path(f"/proc/{process.pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if (task / "comm").read_text().strip() == "aegis-decide":
                spent.append(int((task / "schedstat").read_text().split()[0]))
    return spent


def pay(gateway):
    status, _, answer = gateway.decide(
        "finance-1", "finance-agent", "payments.transfer", {"amount": 1, "currency": "EUR", "to": "DE89370400440532013000"},
        request={"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"})
    assert (status, answer["decision"]) == (200, "allow"), answer


def test_calls_of_the_decision_api_are_decided_on_threads_of_their_own(gateway):
    before = deciding(gateway.process)
    assert len(before) == usable()
    for _ in range(50):
        pay(gateway)
    assert sum(deciding(gateway.process)) - sum(before) > 50 * 10_000, "less than 10 us each"


def test_bodies_that_do_not_end_take_no_thread(gateway):
    head = f"POST /v1/decisions HTTP/1.1\r\nhost: a\r\nx-aegis-api-key: {gateway.keys['finance-1']}\r\ncontent-length: 100000\r\n\r\n"
    waiting = []
    try:
        for part in (b"", b"{", b'{"agent": {"id": "finance-agent"}, "tool"') * 20:
            connection = socket.create_connection(("127.0.0.1", gateway.api), 10)
            connection.sendall(head.encode() + part)
            waiting.append(connection)
        for _ in range(20):
            pay(gateway)
    finally:
        for connection in waiting:
            connection.close()
    pay(gateway)

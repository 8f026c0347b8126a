"""Where a gateway decides: on threads that have nothing else to do."""
import os
import pathlib


def deciding(process):
    """Nanoseconds on a processor of each thread that decides."""
    tasks = pathlib.Path(f"/proc/{process.pid}/task")
    return [int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()
            if (task / "comm").read_text().strip() == "aegis-decide"]


def test_calls_of_the_decision_api_are_decided_on_threads_of_their_own(gateway):
    before = deciding(gateway.process)
    assert len(before) == len(os.sched_getaffinity(0))
    for number in range(50):
        status, _, answer = gateway.decide("finance-1", "finance-agent", "stripe-payment", {"amount": 1, "currency": "USD"})
        assert (status, "decision" in answer) == (200, True), answer
    assert sum(deciding(gateway.process)) - sum(before) > 50 * 10_000, "less than 10 us each"

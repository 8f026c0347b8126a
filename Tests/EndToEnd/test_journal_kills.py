"""kill -9 at 200 random instants under load: every time the journal opens again, is whole, and has every record that was answered."""
import random
import signal
import subprocess
import time

from conftest import AEGIS, run

KILLS, AT_ONCE = 200, 4


def test_two_hundred_kills_lose_no_answered_record(tmp_path):
    rolls = random.Random(20261128)
    homes = [tmp_path / f"journal-{number}" for number in range(AT_ONCE)]
    answered = {home: set() for home in homes}
    for kill in range(KILLS // AT_ONCE):
        writers = [subprocess.Popen([str(AEGIS), "audit", "bench-append", "--dir", str(home), "--start", str(kill * 1_000_000), "--callers", "16"],
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for home in homes]
        if rolls.random() < 0.8:  # else it may be killed before it is open
            for writer, home in zip(writers, homes):
                first = writer.stdout.readline()
                assert first, writer.stderr.read()
                answered[home].add(first.strip())
        time.sleep(rolls.uniform(0, 0.06))  # the instant is what the test is about
        for writer, home in zip(writers, homes):
            writer.send_signal(signal.SIGKILL)
            rest, errors = writer.communicate(timeout=20)
            assert errors == ""
            answered[home].update(rest.split("\n")[:-1])  # a line that is not ended was not answered yet
    for home in homes:
        done = run("audit", "verify", "--dir", home, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        last = subprocess.run([str(AEGIS), "audit", "bench-append", "--dir", str(home), "--start", "900000000", "--records", "1"],
                              capture_output=True, text=True, timeout=60)
        assert last.returncode == 0, last.stderr
        found = {line.split('"decision_id":"')[1].split('"')[0] for line in run("audit", "query", "--dir", home, "--kind", "decision", "--json").stdout.splitlines()}
        answered[home].discard("")
        assert len(answered[home]) > 500 and not answered[home] - found
        assert run("audit", "verify", "--dir", home).stdout.startswith("whole: ")

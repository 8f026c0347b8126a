"""kill -9 at 200 random instants under load: every time the journal opens again, is whole, and has every record that was answered."""
import os
import random
import signal
import subprocess
import time

from conftest import AEGIS, run

KILLS, AT_ONCE, KILLS_A_JOURNAL = int(os.environ.get("AEGIS_KILLS", 200)), 4, 5


def append(home, start, *more, output):
    return subprocess.Popen([str(AEGIS), "audit", "bench-append", "--dir", str(home), "--start", str(start), *more],
                            stdout=output, stderr=subprocess.PIPE, text=True)


def test_two_hundred_kills_lose_no_answered_record(tmp_path):
    rolls = random.Random(20261128)
    answered = 0
    for batch in range(KILLS // AT_ONCE // KILLS_A_JOURNAL):
        homes = [tmp_path / f"journal-{batch}-{number}" for number in range(AT_ONCE)]
        told = [tmp_path / f"{home.name}.txt" for home in homes]
        for kill in range(KILLS_A_JOURNAL):
            sizes = [file.stat().st_size if file.exists() else 0 for file in told]
            writers = [append(home, kill * 1_000_000, "--callers", "16", output=open(file, "a")) for home, file in zip(homes, told)]
            if rolls.random() < 0.8:  # else it may be killed before it is open
                deadline = time.monotonic() + 60
                while any(file.stat().st_size == size for file, size in zip(told, sizes)) and time.monotonic() < deadline:
                    time.sleep(0.002)
            time.sleep(rolls.uniform(0, 0.06))  # the instant is what the test is about
            for writer in writers:
                writer.send_signal(signal.SIGKILL)
            for writer, file in zip(writers, told):
                assert writer.communicate(timeout=20)[1] == ""
                text = file.read_text()
                file.write_text(text[:text.rfind("\n") + 1])  # a line that is not ended was not told yet
        for home, file in zip(homes, told):
            ids = set(file.read_text().split())
            answered += len(ids)
            done = run("audit", "verify", "--dir", home, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
            last = append(home, 900_000_000, "--records", "1", output=subprocess.DEVNULL)
            assert last.communicate(timeout=60)[1] == "" and last.returncode == 0
            lines = run("audit", "query", "--dir", home, "--kind", "decision", "--json").stdout.splitlines()
            found = {line.split('"decision_id":"')[1].split('"')[0] for line in lines}
            assert not ids - found and "d-900000000" in found
    assert answered > 5 * KILLS

#!/usr/bin/env python3
"""Measures the audit trail against what this disk and this processor can do at most, in the same run.

Appends: 64 callers that each wait until their record is durable, against a bare program that writes as many bytes as 64 records take and
syncs, again and again. Verification: megabytes a second, against what hashing and signatures alone take on all processors; every byte of a record is
hashed twice, once for its own hash and once for its leaf, and the signatures are as many as were checked. Memory: the peak of verification, for a
small and a large trail.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

CALLERS = 64


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
    return done.stdout


def bare(folder, batch, seconds):
    """Batches of `batch` bytes a second, each written to allocated space and synced."""
    file = os.open(folder / "bare", os.O_RDWR | os.O_CREAT, 0o600)
    size = 64 << 20
    os.posix_fallocate(file, 0, size)
    os.fsync(file)
    data, offset, count = os.urandom(batch), 0, 0
    times, end = [], time.perf_counter() + seconds
    while (start := time.perf_counter()) < end:
        os.pwrite(file, data, offset)
        os.fdatasync(file)
        times.append(time.perf_counter() - start)
        offset = (offset + batch) % (size - batch)
        count += 1
    os.close(file)
    return count / sum(times), sorted(times)[int(len(times) * 0.99)] * 1000


def sha256():
    """Megabytes a second on all processors; hashlib lets others run while it hashes."""
    def work(_):
        data = bytes(1 << 20)
        for _ in range(200):
            hashlib.sha256(data).digest()
    count, start = os.cpu_count(), time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(count) as threads:
        list(threads.map(work, range(count)))
    return count * 200 * 1.048576 / (time.perf_counter() - start)


def ed25519():
    """Signatures that are verified in a second on all processors, by OpenSSL."""
    table = run("openssl", "speed", "-seconds", "2", "-multi", os.cpu_count(), "ed25519")
    return float(table.split()[-1])


def verification(aegis, folder, used, *options):
    """The quickest of three, and what the same hashes and signatures would take if nothing else were done."""
    told = json.loads(run(aegis, "audit", "verify", "--dir", folder, "--json", *options))
    (seconds, megabytes), hashing, signing = min(peak(aegis, folder, *options) for _ in range(3)), sha256(), ed25519()
    least = 2 * used / 1e6 / hashing + told["signatures"] / signing
    print(f"verify     {' '.join(options) or 'by headers'}: {used / 1e6:.0f} MB in {seconds:.2f} s: {used / 1e6 / seconds:.0f} MB/s; {told['signatures']} signatures checked, {told['vouched']} vouched for")
    print(f"           alone, SHA-256 hashes {hashing:.0f} MB/s, and Ed25519 verifies {signing:.0f}/s: {used / 1e6 / least:.0f} MB/s at most, {100 * least / seconds:.0f} % reached")
    return megabytes


def peak(aegis, folder, *options):
    """Seconds and peak resident megabytes of a verification."""
    pid = os.posix_spawn(aegis, [str(aegis), "audit", "verify", "--dir", str(folder), *options], os.environ,
                         file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
    start = time.perf_counter()
    _, status, usage = os.wait4(pid, 0)
    if status:
        sys.exit("the trail is not whole")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--aegis", default=".build/release/aegis", type=pathlib.Path)
    parser.add_argument("--home", default=".", help="a folder on the disk that is to be measured")
    parser.add_argument("--records", type=int, default=300_000)
    parser.add_argument("--seconds", type=float, default=3)
    options = parser.parse_args()
    home = pathlib.Path(tempfile.mkdtemp(prefix="aegis-journal-", dir=options.home))
    try:
        small, large = home / "small", home / "large"
        run(options.aegis, "audit", "bench-append", "--dir", small, "--callers", 8, "--records", 2000, "--quiet")
        line = run(options.aegis, "audit", "bench-append", "--dir", large, "--callers", CALLERS, "--records", options.records, "--quiet")
        used = sum(file.stat().st_size for file in large.glob("0*.jsonl"))
        each = used // options.records
        rate, p99 = bare(home, CALLERS * each, options.seconds)
        print(f"append     {line.strip()}")
        got = int(re.search(r"(\d+) records/s", line).group(1))
        print(f"bare disk  {CALLERS} records of {each} bytes in one write and one fdatasync: {rate * CALLERS:.0f} records/s, p99 {p99:.2f} ms")
        print(f"           the journal reaches {100 * got / (rate * CALLERS):.0f} % of it")
        megabytes = verification(options.aegis, large, used)
        verification(options.aegis, large, used, "--every-signature")
        _, few = peak(options.aegis, small)
        print(f"memory     {megabytes:.0f} MB at the peak for {used / 1e6:.0f} MB of trail, {few:.0f} MB for a small one")
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()

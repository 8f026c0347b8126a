"""Every way in which an archive can be bad, offered to a running gateway: refused with its own message, counted, recorded, and the
bundle before serves on."""
import base64
import gzip
import hashlib
import io
import json
import shutil
import struct
import subprocess
import tarfile
import time
import zlib

import pytest

from conftest import AEGIS, FIRST_LIGHT, ROOT, TENANT, Gateway, exchange, free_port, run

CALL = ("finance-1", "finance-agent", "payments.transfer", {"amount": 10, "currency": "EUR", "to": "DE89370400440532013000"})
WIRE = {"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"}
HOUR = 3600


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("bad-archives"))
    gateway.issue("finance-1")
    gateway.build(2)
    gateway.good = gateway.bundle.read_bytes()
    run("keys", "generate", "stranger", "--out", gateway.home / "other")
    yield gateway.start(True, "--tenant", TENANT, "--region", "eu-1", "--trust", trust_root(gateway))
    gateway.stop()


def trust_root(gateway):
    """People whose keys may not, not yet, or no longer sign for the tenant."""
    root = gateway.home / "trust-root.json"
    run("keys", "generate", "root", "--out", gateway.home / "other")
    signed = ("--root", gateway.home / "other/root.pem")
    # The good bundles here are signed by a plain key, and nobody approved them.
    run("keys", "trust", "init", root, "--without-reviews", *signed)
    for name, more in {"globex-ops": ("--tenant", "globex", "--role", "publisher"), "author-only": ("--role", "author"),
                       "of-last-year": ("--role", "publisher", "--valid-until", "2025-01-01T00:00:00Z"),
                       "of-next-year": ("--role", "publisher", "--valid-from", "2099-01-01T00:00:00Z"),
                       "stolen": ("--role", "publisher")}.items():
        run("keys", "generate", name, "--out", gateway.home / "other")
        run("keys", "trust", "add", root, gateway.home / f"other/{name}.pub.pem", "--person", name, *more, *signed)
    run("keys", "trust", "revoke", root, "stolen", "--reason", "left in a taxi", "--compromised", *signed)
    return root


def other(name):
    return lambda gateway: gateway.home / f"other/{name}.pem"


def members(archive):
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return [(m.name, tar.extractfile(m).read()) for m in tar.getmembers()]


def pack(files, change=None, extra=()):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for info in extra:
            tar.addfile(info)
    return out.getvalue()


def entry(name, kind, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def with_file(name, data=b"x"):
    return lambda g: pack(members(g.good) + [(name, data)])


def with_entry(*arguments):
    return lambda g: pack(members(g.good), extra=[entry(*arguments)])


def without(name):
    return lambda g: pack([(n, d) for n, d in members(g.good) if n != name])


def changed(name, change):
    return lambda g: pack([(n, change(d) if n == name else d) for n, d in members(g.good)])


def token(archive):
    return json.loads(dict(members(archive))[".signatures.json"])["signatures"][0]


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unsigned_token(g):
    claims = token(g.good).split(".")[1]
    forged = b64(b'{"alg":"none","kid":"policy-signing","typ":"JWT"}') + "." + claims + "."
    return changed(".signatures.json", lambda _: json.dumps({"signatures": [forged]}).encode())(g)


def broken_signature(g):
    head, claims, signature = token(g.good).split(".")
    forged = f"{head}.{claims}.{signature[:-4]}{'AAAA' if signature[-4:] != 'AAAA' else 'BBBB'}"
    return changed(".signatures.json", lambda _: json.dumps({"signatures": [forged]}).encode())(g)


def built(version, **more):
    """A whole bundle, rightly made, that is not for this gateway or not for now."""
    def make(g):
        out, settings = g.home / "case.tar.gz", dict(more)
        arguments = ["policy", "build", g.policies, "-o", out, "--key", settings.pop("key", lambda g: g.signing)(g), "--version", version,
                     "--tenant", settings.pop("tenant", TENANT)]
        env = settings.pop("env", None)
        for name, value in settings.items():
            arguments += [f"--{name}", value]
        run(*arguments, env=env)
        return out.read_bytes()
    return make


def in_an_hour():
    import time
    return {"SOURCE_DATE_EPOCH": str(int(time.time()) + HOUR)}


def bomb(g):
    compressor = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [compressor.compress(bytes(1 << 20)) for _ in range(257)]
    return b"".join(parts) + compressor.flush()


def bad_checksum(g):
    tar = bytearray(gzip.decompress(g.good))
    tar[0] ^= 1
    return gzip.compress(bytes(tar))


def huge_size(g):
    tar = bytearray(gzip.decompress(g.good))
    tar[124:136] = b"77777777777\0"
    tar[148:156] = b" " * 8
    tar[148:156] = b"%06o\0 " % sum(tar[:512])
    return gzip.compress(bytes(tar))


CASES = {
    "a name that leads out": (with_file("../outside"), "bundle.path-unsafe", "the file name `../outside` has an empty part, `.` or `..` in it"),
    "a name that leads out in the middle": (with_file("a/../../b"), "bundle.path-unsafe", "has an empty part, `.` or `..` in it"),
    "an absolute name": (with_file("/etc/passwd"), "bundle.path-unsafe", "the file name `/etc/passwd` is absolute"),
    "a name of another system": (with_file("a\\b"), "bundle.path-unsafe", "holds a control character or a backslash"),
    "a name that moves the cursor": (with_file("a\x1b[2J"), "bundle.path-unsafe", "the file name `a?[2J` holds a control character or a backslash"),
    "a symbolic link": (with_entry("passwd", tarfile.SYMTYPE, "/etc/passwd"), "bundle.not-a-file", "the archive holds a link, `passwd`"),
    "a hard link": (with_entry("copy", tarfile.LNKTYPE, "data.json"), "bundle.not-a-file", "the archive holds a link, `copy`"),
    "a device": (with_entry("null", tarfile.CHRTYPE), "bundle.not-a-file", "the archive holds a device or a pipe, `null`"),
    "a pipe": (with_entry("pipe", tarfile.FIFOTYPE), "bundle.not-a-file", "the archive holds a device or a pipe, `pipe`"),
    "a file twice": (lambda g: pack(members(g.good) + [("data.json", b"{}")]), "bundle.path-duplicate", "the archive holds this file twice"),
    "a file twice, spelled differently": (with_file("./data.json", b"{}"), "bundle.path-duplicate", "the archive holds this file twice"),
    "a gzip bomb": (bomb, "bundle.archive-too-large", "the archive expands to more than 268435456 bytes"),
    "an archive too large to begin with": (lambda g: bytes(65 << 20), "bundle.archive-too-large", "the limit is 67108864"),
    "too many entries": (lambda g: gzip.compress(entry("folder", tarfile.DIRTYPE).tobuf() * 50_001 + bytes(1024), 1), "bundle.too-many-files", "the archive has more than 50000 entries"),
    "a truncated tail": (lambda g: g.good[:-20], "bundle.gzip-truncated", "the gzip stream ends too early"),
    "half of it": (lambda g: g.good[:len(g.good) // 2], "bundle.gzip-truncated", "the gzip stream ends too early"),
    "nothing": (lambda g: b"", "bundle.gzip-truncated", "the gzip stream ends too early"),
    "a truncated tar": (lambda g: gzip.compress(gzip.decompress(g.good)[:-1024]), "bundle.archive-truncated", "the tar archive is cut off"),
    "trailing rubbish": (lambda g: g.good + b"more", "bundle.trailing-data", "4 bytes follow the end of the gzip stream"),
    "two gzip members": (lambda g: g.good + g.good, "bundle.trailing-data", "bytes follow the end of the gzip stream"),
    "data behind the tar": (lambda g: gzip.compress(gzip.decompress(g.good) + b"x" * 512), "bundle.trailing-data", "data follows the end of the tar archive"),
    "a wrong header checksum": (bad_checksum, "bundle.archive-checksum", "the tar header at byte 0 does not match its checksum"),
    "a size that lies": (huge_size, "bundle.archive-truncated", "promises 8589934591 bytes"),
    "no archive": (lambda g: b"this is no archive", "bundle.gzip-invalid", "this is not a gzip archive, or it is damaged"),
    "a web page": (lambda g: gzip.compress(b"<html>" * 200), "bundle.archive-checksum", "does not match its checksum"),
    "no signature": (without(".signatures.json"), "bundle.unsigned", "the bundle is not signed"),
    "a broken signature": (broken_signature, "bundle.signature-invalid", "the signature is not by the key `policy-signing` over this content"),
    "the algorithm none": (unsigned_token, "bundle.signature-algorithm", "the token is not signed (`alg` is `none`)"),
    "two signatures": (lambda g: changed(".signatures.json", lambda d: json.dumps({"signatures": json.loads(d)["signatures"] * 2}).encode())(g),
                       "bundle.signatures-invalid", "must hold one signature; it holds 2"),
    "a file that the signature lacks": (with_file("policies/extra.yaml"), "bundle.file-unlisted", "the signature does not cover this file"),
    "a file missing that the signature lists": (without("data.json"), "bundle.file-missing", "the signature lists this file and the bundle does not hold it"),
    "a wrong hash": (changed("data.json", lambda d: d.replace(b"5000", b"9999")), "bundle.file-changed", "the file is not the one that was signed"),
    "compressed in another way": (lambda g: gzip.compress(gzip.decompress(g.good)), "bundle.not-canonical", "the archive is not the one form of its files"),
    "a delta bundle": (with_file("patch.json", b'{"data":[]}'), "bundle.delta", "this is a delta bundle, and nothing vouches for those"),
    "another tenant's key": (built(3, key=other("globex-ops")), "bundle.key-tenant", "the key `globex-ops` may not sign for tenant `acme`"),
    "an expired key": (built(3, key=other("of-last-year")), "bundle.key-outside-period", "the key `of-last-year` was valid until 2025-01-01T00:00:00Z"),
    "a key of the future": (built(3, key=other("of-next-year")), "bundle.key-outside-period", "the key `of-next-year` is valid from 2099-01-01T00:00:00Z"),
    "a revoked key": (built(3, key=other("stolen")), "bundle.key-revoked", "left in a taxi"),
    "a key of somebody who does not publish": (built(3, key=other("author-only")), "bundle.key-role", "the holder of the key `author-only` is no publisher"),
    "an unknown key": (built(3, key=other("stranger")), "bundle.key-untrusted", "the bundle is signed by `stranger`, which is not trusted here"),
    "another tenant": (built(3, tenant="globex"), "bundle.tenant-mismatch", "the bundle is for tenant `globex`, not `acme`"),
    "another region": (built(3, region="us-1"), "bundle.region-mismatch", "the bundle is for region `us-1`, not `eu-1`"),
    "a lower version": (built(1), "bundle.version-older", "version 1 is older than the active version 2"),
    "the active version with another content": (built(2, author="mallory"), "bundle.version-reused", "version 2 is active already with another content"),
    "a clock in the past": (built(3, env=in_an_hour()), "bundle.signature-from-future", "s from now"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_bad_archive_is_refused_and_counted_and_the_bundle_before_serves(gateway, name):
    make, code, message = CASES[name]
    status = lambda: exchange(gateway.api, "GET", "/v1/status")[2]["tenants"][0]
    # The largest take a debug build half a minute, quietly behind everything else that a busy machine does.
    gateway.wait(lambda: "rejected" not in status(), 180)
    before = status()["refusals"].get(code, 0)
    try:
        place(gateway, make(gateway))
        gateway.wait(lambda: "rejected" in status(), 180)
        after = status()
        assert after["rejected"]["code"] == code and message in after["rejected"]["message"], after["rejected"]
        assert after["refusals"][code] == before + 1
        answer = gateway.decide(*CALL, request=WIRE)[2]
        assert answer["decision"] == "allow" and answer["policy_version"].startswith("acme/2@"), answer
    finally:
        place(gateway, gateway.good)


def test_each_refusal_is_on_record_with_a_message_of_its_own(gateway):
    recorded = [record["detail"] for record in gateway.records() if record["kind"] == "bundle" and record["detail"]["event"] == "rejected"]
    missing = [name for name, (_, code, message) in CASES.items() if not any(r["code"] == code and message in r["message"] for r in recorded)]
    assert not missing
    assert len(CASES) >= 25 and len({record["message"].split(": error: ", 1)[-1] for record in recorded}) >= 35


def test_the_trail_is_whole_after_all_of_this(gateway):
    done = gateway.verify()
    assert done.returncode == 0, done.stdout + done.stderr


def alias_bomb(folder):
    """Aliases of aliases: a few hundred bytes that stand for a hundred megabytes."""
    lines = ["aegis: v1", "kind: Policy", "name: bomb", "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (folder / "bomb.yaml").write_text("\n".join(lines) + "\n")


def test_aliases_that_would_become_a_hundred_megabytes_make_no_bundle(tmp_path):
    policies = tmp_path / "policies"
    policies.mkdir()
    alias_bomb(policies)
    run("keys", "generate", "k", "--out", tmp_path)
    limited = subprocess.run(
        ["bash", "-c", f"ulimit -v 4000000; exec {AEGIS} policy build {policies} -o {tmp_path}/x.tar.gz --key {tmp_path}/k.pem"],
        capture_output=True, text=True, timeout=60)
    assert limited.returncode == 3 and "bomb.yaml:" in limited.stderr and "alias" in limited.stderr, limited.stderr[:2000]
    assert not (tmp_path / "x.tar.gz").exists()


def test_aliases_in_a_gateways_folder_are_refused_counted_and_recorded_and_the_policies_before_serve(tmp_path):
    policies, candidate, port = tmp_path / "policies", tmp_path / "next", free_port()
    for folder in (policies, candidate):
        shutil.copytree(FIRST_LIGHT, folder)
    log = tmp_path / "gateway.log"
    with open(log, "wb") as output:
        process = subprocess.Popen(
            ["bash", "-c", f"ulimit -v 8000000; exec {AEGIS} serve --policies {policies} --candidate {candidate} --data-dir {tmp_path}/data --listen 127.0.0.1:{port} --grpc off"],
            stdout=output, stderr=subprocess.STDOUT)

    def wait(condition):
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline and process.poll() is None, log.read_text()[-3000:]
            time.sleep(0.05)

    def status():
        return exchange(port, "GET", "/v1/status")[2]["tenants"][0]

    try:
        wait(lambda: all(line in log.read_text() for line in ("a candidate is tried", "decision API on port")))
        before = status()
        alias_bomb(policies)
        alias_bomb(candidate)
        wait(lambda: "rejected" in status())
        wait(lambda: "the candidate is not tried" in log.read_text())
        after = status()
        assert "bomb.yaml" in after["rejected"]["message"] and "alias" in after["rejected"]["message"], after["rejected"]
        assert after["refusals"] == {after["rejected"]["code"]: 1}
        assert after["policy_version"] == before["policy_version"] and exchange(port, "GET", "/readyz")[0] == 200
        (policies / "bomb.yaml").unlink()
        wait(lambda: "rejected" not in status())
    finally:
        process.terminate()
        process.wait(20)
    records = [json.loads(line)["detail"] for line in run("audit", "query", "--data-dir", tmp_path / "data", "--kind", "bundle", "--json").stdout.splitlines()]
    assert [record["event"] for record in records] == ["activated", "rejected"] and "bomb.yaml" in records[1]["message"]


def place(gateway, archive):
    temporary = gateway.bundle.with_suffix(".new")
    temporary.write_bytes(archive)
    temporary.replace(gateway.bundle)

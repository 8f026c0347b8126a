"""What `aegis audit` writes for other programs: exports, and every result as JSON; and what it finds out about its own helpers."""
import csv
import io
import json
import shutil
import time

import pytest

from conftest import Gateway, run
from test_timestamps import start_authority

WIRE = {"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"}
FORMULA = "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def trail(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("audit"))
    gateway.issue("finance-1")
    gateway.start(True, "--heartbeat", "off")
    gateway.answers = [gateway.decide("finance-1", "finance-agent", "payments.transfer", {
        "amount": amount, "currency": "EUR", "to": "DE89370400440532013000"}, request=WIRE)[2] for amount in (12, 6000, 60000)]
    gateway.answers.append(gateway.decide("finance-1", "finance-agent", "payments.transfer", {"amount": 1, "currency": "EUR", "to": "a, b"}, session_id=FORMULA, request=WIRE)[2])
    gateway.stop()
    return gateway


def audit(trail, *arguments, **more):
    return run("audit", *arguments, "--data-dir", trail.data, **more)


@pytest.mark.parametrize("command", [["query"], ["query", "--count"], ["export"], ["export", "--format", "jsonl"]])
def test_where_no_trail_is_none_is_read_as_empty(tmp_path, command):
    """A misspelt folder must not look like a year without a denial, and nothing is made in it."""
    (tmp_path / "empty").mkdir()
    for place in ("empty", "misspelt"):
        done = run("audit", *command, "--dir", tmp_path / place, check=False)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"error: there is no audit trail in {tmp_path / place}\nfix: give --data-dir, ")
    assert not list((tmp_path / "empty").iterdir()) and not (tmp_path / "misspelt").exists()


@pytest.mark.parametrize("command", [["tail"], ["retention", "RULES"], ["archive", "RULES", "store"], ["rotate-key"], ["verify"]], ids=lambda command: command[0])
def test_where_no_trail_is_that_is_said(tmp_path, command):
    rules = rules_file(tmp_path, {"default": "soc2"})
    data = tmp_path / "misspelt"
    done = run("audit", *[rules if part == "RULES" else part for part in command], "--data-dir", data, check=False)
    assert (done.returncode, done.stdout) == (1, ""), done
    assert f"there is no audit trail in {data / 'audit'}\nfix: name the gateway's data directory with --data-dir or AEGIS_DATA_DIR\n" in done.stderr, done.stderr
    assert not data.exists()


@pytest.mark.parametrize("command", [["query", "--count"], ["tail"]], ids=lambda command: command[0])
def test_a_decision_that_there_is_not_is_refused(trail, command):
    done = audit(trail, *command, "--decision", "denied", check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "`denied` is no decision; there are allow, deny, sanitize, approval_needed" in done.stderr


def test_a_reason_code_that_there_is_not_is_refused(trail):
    done = audit(trail, "query", "--code", "nope", "--count", check=False)
    assert (done.returncode, done.stdout) == (2, "") and "`nope` is no reason code; all of them are in docs/reference/decisions.md" in done.stderr
    assert audit(trail, "query", "--code", "policy_deny", "--count").stdout.strip().isdigit()


def test_a_segment_that_is_missing_or_cut_off_is_told(trail, tmp_path):
    """Fewer records must not read as if less had happened; what is there is shown all the same."""
    rules = rules_file(tmp_path, {"default": "soc2"})
    for name, damage, told in (
            ("missing", lambda segment: segment.unlink(), "00000001.jsonl is missing"),
            ("cut", lambda segment: segment.write_bytes(segment.read_bytes()[:100]), "00000001.jsonl is damaged: it does not begin with the header of a segment")):
        data = copy(trail, tmp_path / name)
        run("audit", "retention", rules, "--data-dir", data)  # begins a segment, so the first is closed
        for command in (("query", "--json"), ("tail", "-n", "100", "--json")):
            assert run("audit", *command, "--data-dir", data).stderr == ""
        damage(data / "audit/00000001.jsonl")
        for command in (("query", "--json"), ("tail", "-n", "100", "--json")):
            done = run("audit", *command, "--data-dir", data, check=False)
            assert done.returncode == 1, (name, command, done)
            assert done.stderr == f"warning: {told}; what it held is not in this result\nfix: see what else is wrong with it: aegis audit verify\n"
            assert "payments.transfer" not in done.stdout


def copy(trail, home):
    shutil.copytree(trail.data, home)
    return home


def test_csv_is_what_a_query_finds_and_no_formula(trail, tmp_path):
    out = tmp_path / "all.csv"
    done = audit(trail, "export", "--kind", "decision", "--out", out)
    assert done.stdout == f"{out}: 4 records\n"
    assert out.stat().st_mode & 0o077 == 0
    raw = out.read_bytes().decode()
    assert raw.endswith("\r\n")
    rows = list(csv.DictReader(io.StringIO(raw, newline="")))
    records = [json.loads(line) for line in audit(trail, "query", "--kind", "decision", "--json").stdout.splitlines()]
    assert len(rows) == len(records) == 4
    for row, record in zip(rows, records):
        for name in ("time", "decision_id", "agent_id", "decision", "hash", "policy_version"):
            assert row[name] == record.get(name, "")
        assert row["decision_reason.code"] == record["decision_reason"]["code"]
        assert row["tool_name"] == record["tool_name"]
        assert json.loads(row["parameters_shown"] or "null") == record.get("parameters_shown")
    assert [row["session_id"] for row in rows][-1] == "'" + FORMULA and records[-1]["session_id"] == FORMULA
    told = json.loads(audit(trail, "export", "--decision", "deny", "--out", out, "--json").stdout)
    denied = [record for record in records if record["decision"] == "deny"]
    assert told == {"records": len(denied), "format": "csv", "out": str(out)} and denied
    done = audit(trail, "export", "--kind", "decision", "--fields", "decision,decision_reason.code,no_such")
    assert done.stderr == "warning: none of these records has `no_such`\n"
    chosen = done.stdout
    assert chosen.split("\n")[0] == "decision,decision_reason.code,no_such"
    assert chosen.split("\n")[1] == f"{records[0]['decision']},{records[0]['decision_reason']['code']},"
    assert audit(trail, "export", "--agent", "nobody", "--fields", "time").stdout == "time\n"


def test_json_lines_are_the_records_themselves(trail):
    assert audit(trail, "export", "--format", "jsonl").stdout == audit(trail, "query", "--json", "--without-index").stdout


def test_what_cannot_be_exported_is_told(trail, tmp_path):
    for arguments, told, code in (
            (("--format", "jsonl", "--fields", "time"), "--fields goes with --format csv", 64),
            (("--json",), "--json goes with --out", 64),
            (("--fields", "time,,hash"), "--fields are names with commas between", 64),
            (("--kind", "nonsense"), "`nonsense` is no kind of record", 64),
            (("--decision", "denied"), "`denied` is no decision; there are allow, deny, sanitize, approval_needed", 2),
            (("--code", "policy_denied"), "`policy_denied` is no reason code; did you mean `policy_deny`? all of them are in docs/reference/decisions.md", 2),
            (("--from", "yesterday"), "`yesterday` is no time", 2),
            (("--out", tmp_path / "no/such/folder.csv"), f"cannot write {tmp_path}/no/such/folder.csv", 1)):
        done = audit(trail, "export", *arguments, check=False)
        assert told in done.stderr and done.stdout == "", (arguments, done)
        assert done.returncode in (code, 2), (arguments, done.returncode)
    assert not list(tmp_path.iterdir())


def test_every_result_is_there_as_json(trail, tmp_path):
    data = copy(trail, tmp_path / "data")
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps({"default": "soc2"}))
    answer, proof = tmp_path / "answer.json", tmp_path / "a.tlog-proof"
    answer.write_text(json.dumps(trail.answers[0]))
    decision = trail.answers[0]["decision_id"]
    receipt = trail.answers[0]["receipt"]
    run("audit", "prove", decision, "--out", proof, "--data-dir", data)
    home, url, _, server = start_authority(tmp_path / "tsa")
    try:
        for arguments, check in (
                (("hold", "place", "case-1", "--reason", "why", "--agent", "finance-agent"),
                 lambda told: (told["name"], told["reason"], told["about"]) == ("case-1", "why", {"agent": "finance-agent"}) and told["placed_at"].endswith("Z")),
                (("hold", "list"), lambda told: [each["name"] for each in told] == ["case-1"]),
                (("hold", "release", "case-1"), lambda told: told == {"released": "case-1"}),
                (("verify-receipt", answer), lambda told: told["whole"] is True and (told["log"], told["index"]) == (receipt["log"], receipt["index"])
                    and told["checkpoint_size"] > told["index"]),
                (("tiles", "--tenant", "acme", "--out", tmp_path / "tiles"), lambda told: told["log"] == "gw-1/acme" and told["files"] >= 3 and told["records"] >= 4),
                (("archive", rules, tmp_path / "archive"), lambda told: (told["archived"], told["known"]) in ((0, 0), (1, 0))),
                (("timestamp", "--authority", url, "--out", tmp_path / "stamps"),
                 lambda told: {(each["log"], (tmp_path / "stamps" / each["answer"]).exists()) for each in told["timestamps"]} >= {("gw-1/acme", True)}),
                (("rotate-key",), lambda told: told["gateway"] == "gw-1" and (data / "audit/log.vkey").read_text().endswith(told["vkey"] + "\n"))):
            done = run("audit", *arguments, "--json", "--data-dir", data)
            assert done.stdout.count("\n") == 1 and check(json.loads(done.stdout)), (arguments, done.stdout)
    finally:
        server.shutdown()
    told = json.loads(run("audit", "verify-proof", proof, "--key", data / "audit/log.vkey", "--json").stdout)
    assert told["record"]["decision_id"] == decision and (told["log"], told["index"]) == (receipt["log"], receipt["index"])
    assert told["checkpoint_size"] > told["index"]


def test_an_index_that_lies_is_found_by_verification(trail, tmp_path):
    data = copy(trail, tmp_path / "data")
    run("audit", "retention", rules_file(tmp_path, {"default": "soc2"}), "--data-dir", data)  # a new segment is begun, so the first is closed
    decision = trail.answers[0]["decision_id"]
    query = ("audit", "query", "--id", decision, "--count", "--data-dir", data)
    assert run(*query).stdout == "1\n"
    index = data / "audit/index/00000001.index"
    good = index.read_bytes()
    assert run("audit", "verify", "--data-dir", data).stdout.startswith("whole: ")
    bad = bytearray(good)
    for entry in range(56, len(good), 48):
        bad[entry + 16 + 4 * 7] ^= 1  # the hash of the decision's id
    index.write_bytes(bad)
    assert run(*query).stdout == "1\n", "what an index leaves out is looked for on the lines"
    assert run(*query, "--without-index").stdout == "1\n"
    assert run("audit", "export", "--id", decision, "--fields", "decision_id", "--data-dir", data).stdout == f"decision_id\n{decision}\n"
    done = run("audit", "verify", "--data-dir", data, check=False)
    assert done.returncode == 1 and done.stderr.startswith("00000001.jsonl:2: error: index/00000001.index says something else of this record: "), done.stderr
    index.unlink()
    assert run("audit", "verify", "--data-dir", data).stdout.startswith("whole: ")
    assert run(*query).stdout == "1\n"


def rules_file(home, rules):
    path = home / "rules.json"
    path.write_text(json.dumps(rules))
    return path


def test_a_clock_that_is_far_ahead_of_the_trail_prunes_nothing_unless_it_is_trusted(trail, tmp_path):
    data = copy(trail, tmp_path / "data")
    run("audit", "retention", rules_file(tmp_path, {"default": "forever"}), "--data-dir", data)  # begins a segment
    # Its first record is of twenty days ago, and the next one of now, as far as this machine knows.
    (data / "spool").mkdir(exist_ok=True)
    old = time.time_ns() - 20 * 86_400 * 10**9
    (data / "spool/0-old.json").write_text(json.dumps({"kind": "config", "tenant": "acme", "time": old, "detail": {"event": "test"}}))
    run("audit", "hold", "place", "elsewhere", "--reason", "none of these", "--agent", "another-agent", "--data-dir", data)
    kinds = [json.loads(line)["kind"] for line in run("audit", "tail", "-n", "2", "--json", "--data-dir", data).stdout.splitlines()]
    assert kinds == ["config", "retention"]
    rules = rules_file(tmp_path, {"default": "soc2", "classes": {"short": "1s"}, "kinds": {"decision": "short"}})
    time.sleep(1.1)
    for more in ((), ("--dry-run",)):
        done = run("audit", "retention", rules, *more, "--data-dir", data, check=False)
        assert done.returncode == 1 and done.stdout == "" and done.stderr.startswith("error: this machine's clock says 2"), done
        assert done.stderr.endswith("\nfix: set the clock right; where the gateway was away for that long, add --trust-clock\n"), done.stderr
    count = ("audit", "query", "--kind", "decision", "--count", "--data-dir", data)
    assert run(*count).stdout == "4\n"
    assert json.loads(run("audit", "retention", rules, "--trust-clock", "--json", "--data-dir", data).stdout)["records"] == 4
    assert run(*count).stdout == "0\n"
    assert run("audit", "verify", "--data-dir", data).stdout.startswith("whole: ")

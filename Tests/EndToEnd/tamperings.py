"""Ways to tamper with an evidence pack, and what both verifiers must say of each.

How a forger seals the pack again decides what is left to notice:

    stale     the attestation stays as it was: whoever has no key
    sealed    a new attestation by the pack's own key: an insider at the desk where packs are made, without the log's key
    forged    a new attestation by another key, put in the place of the pack's own: somebody in the middle

`{n}` in a message stands for the index of the record that was tampered with.
"""
import base64
import dataclasses
import json
import typing

import packs
from packs import ATTESTATION, b64, bundle_archive, bundle_files, canonical, sha256

VICTIM = 7
LOG = "`gw-1/acme`"
CHANGED = f"record {{n}} of {LOG} was changed: it does not match its hash"
BUNDLE = "policies/bundle-1.tar.gz"
FIRST_CHUNK = "log/00000001.jsonl"


@dataclasses.dataclass
class Tampering:
    name: str
    change: typing.Callable
    code: str
    message: str
    place: str = ""
    seal: str = "sealed"
    #: `whole`: every record of the log. `middle`: a period in it, with records before and after. `witnessed`: seen by a witness. `removed`: retention
    #: took some.
    base: str = "whole"
    #: What the verifier knows from elsewhere: `keys`, `checkpoint`, `witness`.
    knows: tuple = ()
    #: What `aegis` says, where that is another fault.
    aegis: typing.Optional[str] = None


def other(value):
    if isinstance(value, str):
        return value + "x"
    if isinstance(value, int):
        return value + 1
    return {"a": 1} if isinstance(value, dict) and not value else type(value)()


def field(name):
    def change(pack, keys):
        pack.alter(VICTIM, lambda record: record.update({name: other(record[name])}))
    return Tampering(f"a record's {name} is altered", change, "record", CHANGED, FIRST_CHUNK)


def with_lines(edit):
    """Edits the list of the log's lines, given the place of the victim."""
    def change(pack, keys):
        lines = pack.lines
        edit(lines, pack.place(VICTIM))
        pack.lines = lines
    return change


def next_record(lines, place):
    return next(at for at in range(place + 1, len(lines)) if b'"prev_hash"' in lines[at])


def swap(lines, a, b):
    lines[a], lines[b] = lines[b], lines[a]


def drop(*names):
    def change(pack, keys):
        for name in names:
            del pack.files[name]
    return change


def append(name, more):
    def change(pack, keys):
        pack.files[name] += more
    return change


def edit(name, change):
    return lambda pack, keys: pack.edit(name, change)


def rewrite_bundle(change):
    """Changes files of the bundle, and lists its new digest in the manifest."""
    def apply(pack, keys):
        files = bundle_files(pack.files[BUNDLE])
        change(files)
        pack.files[BUNDLE] = bundle_archive(files)
        pack.edit("manifest.json", lambda manifest: manifest["policies"][0].update(
            digest="sha256:" + sha256(pack.files[BUNDLE]).hex()))
    return apply


def alter_review(files):
    about = json.loads(files[".manifest"])
    about["metadata"]["aegis"]["reviews"] = [{"approval_id": "apr_0", "reviewer": "nobody", "verdict": "approved", "comment": "", "at": "2026"}]
    files[".manifest"] = canonical(about)


def forge_approval(change, version=1, by="lea", typ="aegis-policy-event", review=lambda review, said: None):
    """By whoever holds the publisher's key: an approval of a bundle is another, signed by somebody, and the bundle is signed again. What
    stood in the statement is given to `change`."""
    def apply(pack, keys):
        name, signer = f"policies/bundle-{version}.tar.gz", getattr(keys.people, by, keys.stranger)
        files = bundle_files(pack.files[name])
        about = json.loads(files[".manifest"])
        for each in about["metadata"]["aegis"]["reviews"]:
            if each["verdict"] == "approved":
                said = packs.payload(each["statement"])
                change(said)
                # Under the name of the one approver whose key the pack lists.
                each["statement"] = packs.token(said, signer, "lea", typ)
                review(each, said)
        files[".manifest"] = canonical(about)
        packs.sign_bundle(files, keys.people.pia, "pia")
        pack.files[name] = bundle_archive(files)
        digest = "sha256:" + sha256(pack.files[name]).hex()
        entry = next(each for each in pack.json("manifest.json")["policies"] if each["file"] == name)
        old = entry["digest"]
        pack.edit("manifest.json", lambda manifest: next(each for each in manifest["policies"] if each["file"] == name).update(
            digest=digest, policy_version=entry["policy_version"].replace(old[:19], digest[:19])))
    return apply


def limit_reviewers(limits):
    """As a pack that is honest about its keys would list those whose approvals came too late, or too early."""
    def change(pack, keys):
        def edit(listed):
            for each in listed["keys"]:
                if each["use"] == "reviews":
                    each["validity"] = limits
        pack.edit("keys/keys.json", edit)
    return change


def approval(name, message, change=lambda said: None, **more):
    # Archives of Aegis have one form only, which Python's zlib does not write: ApprovalTests has the same table with archives that do.
    return Tampering(name, forge_approval(change, **more), "policy", message, f"policies/bundle-{more.get('version', 1)}.tar.gz", base="reviewed",
                     aegis="the archive is not the one form of its files")


def listed_as(person, case):
    """The same, and whoever made the pack lists lea's key as that person's."""
    def change(pack, keys):
        case.change(pack, keys)
        pack.edit("keys/keys.json", lambda listing: [entry.update(person=person) for entry in listing["keys"] if entry["name"] == "lea"])
    return dataclasses.replace(case, change=change)


def alter_module(files):
    name = next(name for name in sorted(files) if name.endswith(".rego"))
    files[name] += b"\n# allow everything\n"


def resign(pack, keys, rehashed=True):
    """The record is altered, every hash made anew, and every checkpoint signed by somebody else's key."""
    pack.alter(VICTIM, lambda record: record.update(decision="deny"), rehash=rehashed)
    pack.resign_log(keys.stranger)


def note_lines(pack):
    return [(at, json.loads(pack.lines[at])["checkpoint"]) for at in pack.checkpoint_places()]


def alter_note(which, change):
    def apply(pack, keys):
        lines, places = pack.lines, pack.checkpoint_places()
        note = json.loads(lines[places[which]])["checkpoint"]
        lines[places[which]] = json.dumps({"checkpoint": change(note)}, ensure_ascii=False, separators=(",", ":")).encode()
        pack.lines = lines
    return apply


def swap_checkpoints(pack, keys):
    lines, places = pack.lines, pack.checkpoint_places()
    swap(lines, places[2], places[3])
    pack.lines = lines


def witness_line(change):
    """Changes the witness's line of the head, given its name and the bytes behind it."""
    def apply(pack, keys):
        lines = pack.files["log/head.note"].decode().split("\n")
        _, name, blob = lines[-2].split(" ")
        lines[-2] = change(name, base64.b64decode(blob))
        # A checkpoint of the same size within the log has the same line.
        pack.files["log/head.note"] = "".join(line + "\n" for line in lines[:-1] if line is not None).encode()
        for at, note in note_lines(pack):
            if f" {name} " in note:
                alter_line(pack, at, pack.files["log/head.note"].decode())
    return apply


def alter_line(pack, at, note):
    lines = pack.lines
    lines[at] = json.dumps({"checkpoint": note}, ensure_ascii=False, separators=(",", ":")).encode()
    pack.lines = lines


def flipped(name, blob, at):
    return f"\u2014 {name} {b64(blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1:])}"


def cosign(pack, keys):
    """A stranger co-signs the head under the witness's name, and its key takes the place of the witness's."""
    text = pack.files["log/head.note"].decode().partition("\n\n")[0] + "\n"
    stamp = (2 ** 32 - 1).to_bytes(8, "big")
    signature = keys.stranger.sign(b"cosignature/v1\ntime %d\n" % (2 ** 32 - 1) + text.encode())
    identifier = packs.key_id("aegis-witness", keys.stranger, kind=4)
    witness_line(lambda name, blob: f"\u2014 {name} {b64(identifier + stamp + signature)}")(pack, keys)
    pack.replace_key("witness", keys.stranger)


def another_logs(pack, keys):
    """What the witness has signed of another log, as its signature under this one."""
    text = f"gw-1/globex\n{pack.json('manifest.json')['head']['size']}\n{pack.json('manifest.json')['head']['root']}\n"
    signature = keys.witness.sign(b"cosignature/v1\ntime %d\n" % (2 ** 32 - 1) + text.encode())
    witness_line(lambda name, blob: f"\u2014 {name} {b64(blob[:4] + (2 ** 32 - 1).to_bytes(8, 'big') + signature)}")(pack, keys)


def stranger_as_witness(pack, keys):
    """The log signed anew by a stranger, whose key of a log is listed as a witness's, which the verifier names none of."""
    resign(pack, keys)
    pack.replace_key("checkpoints", keys.stranger)
    pack.edit("keys/keys.json", lambda listing: log_entry(listing).update(use="witness"))
    recount(pack, lambda manifest: None)


def roll_back(pack, keys):
    """The pack as it would have been made from last week's copy of the whole directory."""
    log = pack.json("manifest.json")["log"]
    places = pack.checkpoint_places()
    cut = places[-4]
    note = json.loads(pack.lines[cut])["checkpoint"]
    origin, size, root = note.split("\n")[:3]
    pack.lines = pack.lines[:cut + 1]
    pack.files["log/head.note"] = note.encode()
    pack.put("log/consistency.json", {"from": int(size), "to": int(size), "hashes": []})
    recount(pack, lambda manifest: (manifest["records"].update(end=int(size)), manifest["head"].update(size=int(size), root=root)))


def fork(pack, keys):
    """Another history, by whoever holds the key of the log."""
    pack.alter(VICTIM, lambda record: record.update(decision="deny", decision_reason={"code": "policy_deny", "message": "no"}), rehash=True)
    pack.resign_log(keys.log)
    recount(pack, lambda manifest: None)


def recount(pack, change):
    """Everything that can be counted is made to fit the records, so that nothing but outside knowledge is left."""
    pack.edit("manifest.json", change)
    manifest, map = pack.json("manifest.json"), pack.json("controls.json")
    lines = [line for line in pack.lines if b'"prev_hash"' in line]
    records = [json.loads(line) for line in lines if not line.startswith(b'{"pruned"')]
    period = [each for each in records if manifest["period"]["from"] <= each["time"] < manifest["period"]["to"]]
    manifest["records"].update(in_period=len(period), decisions=sum(each["kind"] == "decision" for each in period))
    tagged = json.loads(bundle_files(pack.files[BUNDLE])[".manifest"])["metadata"]["aegis"]["controls"]
    for control in map["controls"]:
        found = [each for each in period if supports(control, each, tagged.get(control["id"], []))]
        counts = {}
        for each in found:
            label = each.get("decision") or each["kind"]
            counts[label] = counts.get(label, 0) + 1
        ranks = sorted((sha256((map["sample_seed"] + each["hash"]).encode()), each["index"]) for each in found)
        control.update(count=len(found), counts=counts, samples=sorted(index for _, index in ranks[:map["sample_size"]]))
    pack.put("manifest.json", manifest)
    pack.put("controls.json", map)
    remake_samples(pack, lines, {index for control in map["controls"] for index in control["samples"]})


def supports(control, record, tagged):
    reason = record.get("decision_reason", {})
    fields = {"kind": record["kind"], "decision": record.get("decision", ""), "code": reason.get("code", "")}
    policies = [each.get("policy") for each in [reason, *reason.get("also", [])]]
    return any(all(fields[name] in values for name, values in each.items()) for each in control["selects"]) or (
        record["kind"] == "decision" and any(policy in tagged for policy in policies))


def remake_samples(pack, lines, wanted):
    leaves, head = [packs.leaf_of(line) for line in lines], pack.files["log/head.note"]
    attestation = pack.files.pop(ATTESTATION)
    for name in [name for name in pack.files if name.startswith("samples/")]:
        del pack.files[name]
    for index in sorted(wanted):
        path = "".join(b64(each) + "\n" for each in inclusion(index, leaves))
        pack.files[f"samples/{index:012}.json"] = lines[index] + b"\n"
        pack.files[f"samples/{index:012}.tlog-proof"] = f"c2sp.org/tlog-proof@v1\nindex {index}\n{path}\n".encode() + head
    pack.files[ATTESTATION] = attestation


def inclusion(index, leaves):
    """RFC 9162, section 2.1.3.1."""
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return inclusion(index, leaves[:split]) + [packs.root(leaves[split:])]
    return inclusion(index - split, leaves[split:]) + [packs.root(leaves[:split])]


def first_sample(kind):
    return lambda pack: next(name for name in pack.files if name.startswith("samples/") and name.endswith(kind))


def change_sample(pack, keys):
    name = first_sample(".json")(pack)
    pack.files[name] = pack.files[name].replace(b'"kind"', b'"kinb"', 1)


def change_proof(pack, keys):
    # The last one: the first record's may be no longer than its checkpoint.
    name = [name for name in pack.files if name.endswith(".tlog-proof")][-1]
    lines = pack.files[name].split(b"\n")
    lines[2] = b64(sha256(b"elsewhere")).encode()
    pack.files[name] = b"\n".join(lines)


def log_entry(listing):
    return next(entry for entry in listing["keys"] if entry["use"] == "checkpoints")


def widen(manifest):
    manifest["period"]["from"] = "2026-01-01T00:00:00.000000000Z"


def lengthen(manifest):
    manifest["period"]["to"] = "2030-01-01T00:00:00.000000000Z"


def period(name, text):
    """What sorts elsewhere than it seems to."""
    return edit("manifest.json", lambda manifest: manifest["period"].update({name: text}))


def two_lines(listing):
    entry = next(entry for entry in listing["keys"] if entry["use"] == "pack")
    entry["name"] = "evidence sha256:" + 64 * "ab" + " (yours)\nnote: see"


def controls_first(pack, keys):
    files = dict(pack.files)
    pack.files.clear()
    for name in sorted(files, key=lambda name: name.startswith("policies/")):
        pack.files[name] = files[name]


def first_control(map):
    return next(control for control in map["controls"] if control["count"] > 2)


def another_policy_version(pack, keys):
    def change(record):
        record["policy_version"] = "acme/9@sha256:000000000000"
    pack.alter(VICTIM, change, rehash=True)
    pack.resign_log(keys.log)


def flip(name, at):
    def change(pack, keys):
        data = bytearray(pack.files[name])
        data[len(data) * at // 100] ^= 1
        pack.files[name] = bytes(data)
    return change


def with_removed(index, edit):
    """Edits the line that is left of a record."""
    def change(pack, keys):
        lines, at = pack.lines, pack.place(index)
        gone = json.loads(lines[at])["pruned"]
        edit(gone)
        lines[at] = canonical({"pruned": gone})
        pack.lines = lines
    return change


def set_line(pack, index, change):
    lines, at = pack.lines, pack.place(index)
    lines[at] = change(lines[at])
    pack.lines = lines


def put_removal(pack, index, record, hashes):
    """A retention record of one's own, where those of the log stand."""
    before = {name: pack.files.pop(name) for name in list(pack.files) if name.startswith("log/0")}
    after = {name: pack.files.pop(name) for name in list(pack.files)[list(pack.files).index("log/consistency.json"):]}
    pack.put(f"removals/{index:012}.json", {"record": canonical(record).decode(), "hashes": hashes})
    pack.files.update({**before, **after})


def self_made(pack, keys):
    set_line(pack, VICTIM, packs.removed)
    last = json.loads([line for line in pack.lines if b'"prev_hash"' in line][-1])
    word = {**last, "index": 99, "kind": "retention", "detail": {"class": "brief", "event": "pruned", "indexes": f"{VICTIM}-{VICTIM}"}}
    put_removal(pack, 99, packs.chained(word, last["hash"]), [])


def named_before(pack, keys):
    """By whoever holds the key of the log: a retention record names what is yet to come."""
    pack.alter(VICTIM, lambda record: record.update(kind="retention", detail={"event": "pruned", "indexes": f"{VICTIM}-{VICTIM + 2}"}), rehash=True)
    set_line(pack, VICTIM + 2, packs.removed)
    pack.resign_log(keys.log)
    lines = [line for line in pack.lines if b'"prev_hash"' in line]
    put_removal(pack, VICTIM, json.loads(lines[VICTIM]), [b64(each) for each in inclusion(VICTIM, [packs.leaf_of(line) for line in lines])])


def edit_removal(change):
    def apply(pack, keys):
        pack.edit(next(name for name in pack.files if name.startswith("removals/") and '\\"17-18\\"' in pack.files[name].decode()), change)
    return apply


def another_word(pack, keys):
    """A record of the log that says nothing of the kind, with its true proof."""
    lines = [line for line in pack.lines if b'"prev_hash"' in line]
    path = [b64(each) for each in inclusion(VICTIM, [packs.leaf_of(line) for line in lines])]
    edit_removal(lambda removal: removal.update(record=lines[VICTIM].decode(), hashes=path))(pack, keys)


def made_up(pack, keys):
    """A record that nobody has any more is told anew."""
    lines, at = pack.lines, pack.place(17)
    gone = json.loads(lines[at])["pruned"]
    lines[at] = canonical(packs.chained({**json.loads(lines[pack.place(16)]), "index": 17, "decision": "allow"}, gone["prev_hash"]))
    pack.lines = lines


UNSAID = f"of {LOG} was removed, and no retention record says so"
NOT_SHOWN = "is not shown to be the log's word on what was removed"
NOT_ATTESTED = "the file is not the attested one"

TABLE = [
    # One record
    Tampering("a record is dropped", with_lines(lambda lines, at: lines.pop(at)), "record",
              f"record {VICTIM + 1} of {LOG} stands where record {{n}} belongs", FIRST_CHUNK),
    Tampering("the first record is dropped", with_lines(lambda lines, at: lines.pop(0)), "record", f"record 1 of {LOG} stands where record 0 belongs"),
    Tampering("a record is put in", with_lines(lambda lines, at: lines.insert(at, canonical({**json.loads(lines[at]), "decision": "allow", "x": 1}))),
              "record", CHANGED),
    Tampering("a record stands twice", with_lines(lambda lines, at: lines.insert(at + 1, lines[at])), "record",
              f"record {{n}} of {LOG} stands where record {VICTIM + 1} belongs"),
    Tampering("two records are swapped", with_lines(lambda lines, at: swap(lines, at, next_record(lines, at))), "record",
              f"record {VICTIM + 1} of {LOG} stands where record {{n}} belongs"),
    Tampering("a record is cut in the middle", with_lines(lambda lines, at: lines.__setitem__(at, lines[at][:200])), "record",
              f"record {{n}} of {LOG} is not a record in canonical form"),
    Tampering("a record gets a second decision", with_lines(lambda lines, at: lines.__setitem__(at, lines[at][:-1] + b',"decision":"allow"}')),
              "record", f"record {{n}} of {LOG} is not a record in canonical form"),
    Tampering("a record gets white space", with_lines(lambda lines, at: lines.__setitem__(at, lines[at].replace(b'","', b'", "', 1))), "record", CHANGED),
    Tampering("a record's hash is that of another", lambda pack, keys: pack.alter(VICTIM, lambda record: record.update(hash="0" * 64)), "record", CHANGED),
    Tampering("a record's link leads elsewhere", lambda pack, keys: pack.alter(VICTIM, lambda record: record.update(prev_hash="0" * 64)), "record", CHANGED),
    Tampering("a record takes another index", lambda pack, keys: pack.alter(VICTIM, lambda record: record.update(index=99)), "record",
              f"record 99 of {LOG} stands where record {{n}} belongs"),
    Tampering("one record is altered and hashed anew", lambda pack, keys: pack.alter(
        VICTIM, lambda record: record.update(packs.chained({**record, "decision": "deny"}, record["prev_hash"]))), "checkpoint",
        f"records {{n}} to {{n}} are not those that the checkpoint at size {VICTIM + 1} was signed over"),
    # Records that retention removed: 0, 17, 18 and 21
    Tampering("a record is taken away, and nothing says so", lambda pack, keys: set_line(pack, VICTIM, packs.removed), "removal", f"record {{n}} {UNSAID}",
              FIRST_CHUNK, base="removed"),
    Tampering("a record is taken away in a pack of all records", lambda pack, keys: set_line(pack, VICTIM, packs.removed), "removal",
              f"record {{n}} {UNSAID}", FIRST_CHUNK),
    Tampering("a record is taken away, with a word of somebody's own", self_made, "removal", f"record 99 {NOT_SHOWN}", "removals/000000000099.json",
              base="removed"),
    Tampering("a record is taken away, and the word on others is widened", lambda pack, keys: (
        set_line(pack, VICTIM, packs.removed), edit_removal(lambda removal: removal.update(
            record=removal["record"].replace('"17-18"', f'"{VICTIM}-18"')))(pack, keys)), "removal", NOT_SHOWN, "removals/", base="removed"),
    Tampering("a record is taken away that a word from before it names", named_before, "removal", f"record {VICTIM + 2} {UNSAID}", FIRST_CHUNK),
    Tampering("what says that records are gone is gone", lambda pack, keys: drop(next(
        name for name in pack.files if name.startswith("removals/")))(pack, keys), "removal", UNSAID, FIRST_CHUNK, base="removed"),
    Tampering("what says that records are gone is another record", another_word, "removal", f"record {{n}} {NOT_SHOWN}", "removals/", base="removed"),
    Tampering("what says that records are gone has another proof", edit_removal(lambda removal: removal.update(
        hashes=[b64(sha256(b"elsewhere")), *removal["hashes"][1:]])), "removal", NOT_SHOWN, "removals/", base="removed"),
    Tampering("what says that records are gone has a longer proof", edit_removal(lambda removal: removal["hashes"].append(b64(sha256(b"")))),
              "removal", NOT_SHOWN, "removals/", base="removed"),
    Tampering("a removed record has another leaf", with_removed(17, lambda gone: gone.update(leaf=b64(sha256(b"elsewhere")))), "checkpoint",
              "are not those that the checkpoint at size", FIRST_CHUNK, base="removed"),
    Tampering("a removed record has another hash", with_removed(18, lambda gone: gone.update(hash="0" * 64)), "record",
              f"record 19 of {LOG} does not link to the record before it", FIRST_CHUNK, base="removed"),
    Tampering("a removed record links elsewhere", with_removed(17, lambda gone: gone.update(prev_hash="0" * 64)), "record",
              f"record 17 of {LOG} does not link to the record before it", FIRST_CHUNK, base="removed"),
    Tampering("a removed record takes another index", with_removed(17, lambda gone: gone.update(index=18)), "record",
              f"record 18 of {LOG} stands where record 17 belongs", FIRST_CHUNK, base="removed"),
    Tampering("a removed record is of another log", with_removed(17, lambda gone: gone.update(log="gw-1/globex")), "record",
              f"record 17 is not of {LOG}", FIRST_CHUNK, base="removed"),
    Tampering("a removed record says more", with_removed(17, lambda gone: gone.update(kind="approval")), "record",
              f"record 17 of {LOG} is not a record in canonical form", FIRST_CHUNK, base="removed"),
    Tampering("a removed record is dropped", lambda pack, keys: setattr(pack, "lines", [
        line for at, line in enumerate(pack.lines) if at != pack.place(17)]), "record", f"record 18 of {LOG} stands where record 17 belongs", FIRST_CHUNK,
        base="removed"),
    Tampering("a removed record is made up", made_up, "record", f"record 18 of {LOG} does not link to the record before it", FIRST_CHUNK, base="removed"),
    Tampering("fewer records were removed", edit("manifest.json", lambda manifest: manifest["records"]["removed"].pop("decision (short)")), "manifest",
              "the period has", "manifest.json", base="removed"),
    # The chain
    Tampering("a record is altered and the chain behind it hashed anew", lambda pack, keys: pack.alter(
        VICTIM, lambda record: record.update(decision="deny"), rehash=True), "checkpoint",
        f"records {{n}} to {{n}} are not those that the checkpoint at size {VICTIM + 1} was signed over"),
    Tampering("the last records are cut off", lambda pack, keys: setattr(pack, "lines", pack.lines[:pack.checkpoint_places()[-3] + 1]), "range",
              "the log ends with record"),
    Tampering("the log ends in the middle of a line", lambda pack, keys: pack.files.update(
        {pack.chunks[-1]: pack.files[pack.chunks[-1]][:-40]}), "checkpoint", "the checkpoint behind record"),
    Tampering("every record is gone", lambda pack, keys: setattr(pack, "lines", []), "record", f"record 0 of {LOG} is not a record in canonical form"),
    Tampering("a chunk of the log stands twice", lambda pack, keys: pack.files.update({"log/00000002.jsonl": pack.files[FIRST_CHUNK]}), "record",
              f"record 0 of {LOG} stands where record", "log/00000002.jsonl:1"),
    Tampering("a chunk of the log is gone", drop(FIRST_CHUNK), "manifest", "there is no manifest, or no log under checkpoints"),
    # Checkpoints
    Tampering("two checkpoints are swapped", swap_checkpoints, "checkpoint", f"the checkpoint of {LOG} at 4 stands behind record 2"),
    Tampering("the last checkpoint is gone", lambda pack, keys: setattr(pack, "lines", pack.lines[:-1]), "range", "the log ends with record"),
    Tampering("a checkpoint's root is another", alter_note(3, lambda note: note.replace(note.split("\n")[2], b64(sha256(b"")))), "checkpoint",
              "the checkpoint behind record 3: the signature by `gw-1/acme` is wrong"),
    Tampering("a checkpoint's size is another", alter_note(3, lambda note: note.replace("\n4\n", "\n5\n")), "checkpoint",
              "the checkpoint behind record 3: the signature by `gw-1/acme` is wrong"),
    Tampering("a checkpoint's signature is another", alter_note(3, lambda note: note[:-6] + ("AAA=\n" if "AAA=" not in note[-8:] else "BAA=\n")), "checkpoint",
              "the checkpoint behind record 3: "),
    Tampering("a checkpoint is not signed", alter_note(3, lambda note: note[:note.index("\u2014")]), "checkpoint", "the checkpoint behind record 3: "),
    Tampering("a checkpoint is of another log", alter_note(3, lambda note: note.replace("gw-1/acme\n", "gw-1/globex\n", 1)), "checkpoint",
              "the checkpoint behind record 3: "),
    Tampering("the log is signed anew by a stranger's key", resign, "checkpoint", "the checkpoint behind record 0: no signature by a known key"),
    Tampering("the log is signed anew, and the stranger's key is listed as the log's", lambda pack, keys: (
        resign(pack, keys), pack.replace_key("checkpoints", keys.stranger), recount(pack, lambda manifest: None)), "checkpoint",
        "the checkpoint behind record 0: no signature by a known key", knows=("keys",)),
    Tampering("the head is another checkpoint", lambda pack, keys: pack.files.update({"log/head.note": note_lines(pack)[-2][1].encode()}), "range",
              "are not shown to be in the head's log"),
    Tampering("the head is altered", lambda pack, keys: pack.files.update(
        {"log/head.note": pack.files["log/head.note"].replace(b"\n", b"\n1", 1)}), "checkpoint", "the head: ", "log/head.note"),
    Tampering("the head is gone", drop("log/head.note"), "file", "the file is missing", "log/head.note"),
    Tampering("the proof of consistency is another", edit("log/consistency.json", lambda proof: proof.update(
        hashes=[b64(sha256(each.encode())) for each in proof["hashes"]])), "range", "are not shown to be in the head's log", base="middle"),
    Tampering("the proof of consistency is gone", drop("log/consistency.json"), "range", "are not shown to be in the head's log", base="middle"),
    # Witnesses
    Tampering("a cosignature is altered", witness_line(lambda name, blob: flipped(name, blob, 40)), "checkpoint",
              "the head: the signature by `aegis-witness` is wrong", "log/head.note", base="witnessed"),
    Tampering("a cosignature says another time", witness_line(lambda name, blob: flipped(name, blob, 11)), "checkpoint",
              "the head: the signature by `aegis-witness` is wrong", "log/head.note", base="witnessed"),
    Tampering("a cosignature is cut", witness_line(lambda name, blob: f"\u2014 {name} {b64(blob[:60])}"), "checkpoint",
              "the head: the signature by `aegis-witness` is wrong", "log/head.note", base="witnessed"),
    Tampering("a cosignature is of another log", another_logs, "checkpoint", "the head: the signature by `aegis-witness` is wrong", "log/head.note",
              base="witnessed"),
    Tampering("a cosignature is gone", witness_line(lambda name, blob: None), "witness", "the witness `aegis-witness` has signed no checkpoint here",
              "log/head.note", base="witnessed"),
    Tampering("a cosignature is gone, and its key", lambda pack, keys: (witness_line(lambda name, blob: None)(pack, keys), pack.edit(
        "keys/keys.json", lambda listing: listing["keys"].remove(next(each for each in listing["keys"] if each["use"] == "witness")))), "witness",
        "the witness `aegis-witness` has signed no checkpoint here", "log/head.note", base="witnessed", knows=("witness",)),
    Tampering("a cosignature is a stranger's, whose key is listed", cosign, "witness", "the witness `aegis-witness` has signed no checkpoint here",
              "log/head.note", base="witnessed", knows=("witness",)),
    Tampering("a cosignature is a stranger's", lambda pack, keys: cosign(pack, keys) or pack.edit("keys/keys.json", lambda listing: next(
        each for each in listing["keys"] if each["use"] == "witness").update(vkey=packs.vkey("aegis-witness", keys.witness, 4))), "key",
        "is not of this key", "keys/keys.json", base="witnessed"),
    Tampering("a stranger's key of a log is listed as a witness's", stranger_as_witness, "checkpoint", "no signature by a known key", knows=("keys",)),
    # Time stamps: whether the authority signed them, openssl says
    Tampering("a time stamp is of another log's checkpoint", lambda pack, keys: pack.files.update({"log/head.tsr": pack.files["log/head.tsr"].replace(
        sha256(pack.files["log/head.note"]), sha256(b"gw-1/globex\n9\n"))}), "timestamp", "the time stamp is not of the head", "log/head.tsr",
        base="witnessed"),
    Tampering("a time stamp is empty", lambda pack, keys: pack.files.update({"log/head.tsr": b""}), "timestamp", "the time stamp is not of the head",
              "log/head.tsr", base="witnessed"),
    Tampering("a time stamp is altered", flip("log/head.tsr", 90), "file", NOT_ATTESTED, "log/head.tsr", base="witnessed", seal="stale"),
    Tampering("a time stamp is gone", drop("log/head.tsr"), "file", "the file is missing", "log/head.tsr", base="witnessed"),
    Tampering("the stamped head is another", append("log/head.note", "\u2014 elsewhere AAAAAAA=\n".encode()), "timestamp",
              "the time stamp is not of the head", "log/head.tsr", base="witnessed"),
    # The whole directory, by whoever has every key
    Tampering("the whole directory is rolled back", roll_back, "known", f"{LOG} was cut: it once had", knows=("checkpoint",)),
    Tampering("the log is forked", fork, "known", f"{LOG} was rewritten: at size", knows=("checkpoint",)),
    # The period
    Tampering("the period is said to begin earlier", edit("manifest.json", widen), "range",
              "nothing shows that no record of the period stands before record", base="middle"),
    Tampering("the period is said to end later", edit("manifest.json", lengthen), "range",
              "nothing shows that no record of the period stands behind record", base="middle"),
    Tampering("the start of the log is another", edit("manifest.json", lambda manifest: manifest["start"]["frontier"].reverse() or manifest["start"].update(
        frontier=[b64(sha256(each.encode())) for each in manifest["start"]["frontier"]])), "checkpoint", "are not those that the checkpoint", base="middle"),
    Tampering("the hash before the first record is another", edit("manifest.json", lambda manifest: manifest["start"].update(hash="0" * 64)), "record",
              "does not link to the record before it", base="middle"),
    Tampering("fewer records are said to be in the period", edit("manifest.json", lambda manifest: manifest["records"].update(
        in_period=manifest["records"]["in_period"] - 1)), "manifest", "the period has", "manifest.json"),
    Tampering("fewer decisions are said to be in the period", edit("manifest.json", lambda manifest: manifest["records"].update(decisions=1)), "manifest",
              "the period has", "manifest.json"),
    Tampering("the manifest names another tenant", edit("manifest.json", lambda manifest: manifest.update(tenant="globex")), "manifest",
              "the manifest contradicts itself", "manifest.json"),
    Tampering("the manifest counts to where no number goes", edit("manifest.json", lambda manifest: manifest["records"].update(end=1 << 63)), "manifest",
              "the manifest contradicts itself", "manifest.json"),
    Tampering("the manifest begins where no log does", edit("manifest.json", lambda manifest: (
        manifest["start"].update(size=(1 << 63) - 1, frontier=[b64(sha256(b""))] * 63), manifest["records"].update(first=(1 << 63) - 1))), "manifest",
        "the manifest contradicts itself", "manifest.json"),
    Tampering("the manifest is gone", drop("manifest.json"), "file", "the manifest or the keys stand behind what they are for"),
    # Policies
    Tampering("a bundle is altered", flip(BUNDLE, 50), "policy", "the archive is not one that the manifest lists", BUNDLE),
    Tampering("a bundle is gone", drop(BUNDLE), "file", "the file is missing", BUNDLE),
    Tampering("a module of a bundle is altered", rewrite_bundle(alter_module), "policy", "the file is not the one signed", BUNDLE),
    Tampering("a review is put into a bundle", rewrite_bundle(alter_review), "policy", "the file is not the one signed", BUNDLE + "/.manifest"),
    Tampering("a file is put into a bundle", rewrite_bundle(lambda files: files.update({"policies/more.yaml": b"aegis: v1\n"})), "policy",
              "the file is not the one signed", BUNDLE + "/policies/more.yaml"),
    Tampering("a file of a bundle is gone", rewrite_bundle(lambda files: files.pop(next(name for name in sorted(files) if name.endswith(".yaml")))),
              "policy", "the file is not the one signed", BUNDLE),
    Tampering("a bundle's signature is another's", rewrite_bundle(lambda files: files.update({".signatures.json": files[".signatures.json"].replace(
        b".ey", b".eY", 1)})), "policy", "", BUNDLE),
    Tampering("the manifest renames a policy version", edit("manifest.json", lambda manifest: manifest["policies"][0].update(
        policy_version="acme/2@" + manifest["policies"][0]["digest"][:19])), "policy", "the bundle is `acme/1@", BUNDLE),
    Tampering("a record names a policy version that nobody has", another_policy_version, "policy",
              "record {n} names `acme/9@sha256:000000000000`, and that policy version is not in the pack", FIRST_CHUNK),
    Tampering("the policies' key is a stranger's", lambda pack, keys: pack.replace_key("policies", keys.stranger), "policy", "no known policy key signed it"),
    # Approvals, by whoever holds the publisher's key
    approval("an approval is of other content", "is not of this content", lambda said: said.update(content_digest="sha256:" + "0" * 64)),
    approval("an approval of a rollback is of other content", "is not of this content", lambda said: said.update(content_digest="sha256:" + "0" * 64),
             version=3),
    listed_as("maria", approval("an approval is by the author", "is by the author", lambda said: said.update(person="maria"),
                                review=lambda review, said: review.update(reviewer="maria"))),
    listed_as("maria", approval("an approval of a rollback is by the author", "is by the author", lambda said: said.update(person="maria"), version=3,
                                review=lambda review, said: review.update(reviewer="maria"))),
    approval("an approval speaks for somebody else than its key's holder", "is not signed as one by a known key", lambda said: said.update(person="pia"),
             review=lambda review, said: review.update(reviewer="pia")),
    *(Tampering(f"an approver's key {what}", limit_reviewers(limits), "policy", "is not signed as one by a known key", "policies/bundle-1.tar.gz", base="reviewed")
      for what, limits in (("was valid no more", {"until": "2020-01-01T00:00:00Z"}), ("was not valid yet", {"from": "2999-01-01T00:00:00Z"}),
                           ("had been revoked", {"revoked": "2020-01-01T00:00:00Z"}))),
    approval("an approval is by a stranger", "is not signed as one by a known key", by="stranger"),
    approval("an approval is a rejection", "is not signed as one by a known key", lambda said: said.update(kind="rejected")),
    approval("an approval is a proposal", "is not signed as one by a known key", lambda said: said.update(kind="proposed")),
    approval("an approval is a token of another type", "is not signed as one by a known key", typ="JWT"),
    approval("an approval's comment is another", "does not say what was signed", review=lambda review, said: review.update(comment="gladly")),
    approval("an approval's time is another", "does not say what was signed", review=lambda review, said: review.update(at="2026-01-01T00:00:00Z")),
    approval("an approval's reviewer is another", "does not say what was signed", review=lambda review, said: review.update(reviewer="pia")),
    approval("an approval is of another tenant", "does not say what was signed", lambda said: said.update(tenant="globex")),
    # Keys
    Tampering("a key file is another key", lambda pack, keys: pack.files.update(
        {log_entry(pack.json("keys/keys.json"))["file"]: packs.pem(keys.stranger)}), "key", "is not the one listed", "keys/log-"),
    Tampering("a fingerprint is another", edit("keys/keys.json", lambda listing: log_entry(listing).update(fingerprint="sha256:" + "0" * 64)), "key",
              "is not the one listed", "keys/log-"),
    Tampering("a key file is gone", lambda pack, keys: pack.files.pop(log_entry(pack.json("keys/keys.json"))["file"]), "key", "is not the one listed",
              "keys/log-"),
    Tampering("the list of keys is gone", drop("keys/keys.json"), "file", "the manifest or the keys stand behind what they are for"),
    Tampering("the log's key stands under the policies'", edit("keys/keys.json", lambda listing: log_entry(listing).update(use="policies")), "checkpoint",
              "the checkpoint behind record 0: no signature by a known key"),
    # Controls and samples
    Tampering("a control's count is larger", edit("controls.json", lambda map: first_control(map).update(count=first_control(map)["count"] + 1)), "controls",
              "has other evidence", "controls.json"),
    Tampering("a control's outcomes are nicer", edit("controls.json", lambda map: first_control(map).update(counts={"allow": first_control(map)["count"]})),
              "controls", "has other evidence", "controls.json"),
    Tampering("a control's samples are chosen", edit("controls.json", lambda map: first_control(map)["samples"].pop()), "controls", "has other evidence",
              "controls.json"),
    Tampering("a control selects other records", edit("controls.json", lambda map: first_control(map).update(selects=[{"kind": ["heartbeat"]}])), "controls",
              "has other evidence", "controls.json"),
    Tampering("a sampled record is altered", change_sample, "sample", "this is not record", "samples/"),
    Tampering("a sample's proof is another", change_proof, "sample", "the proof does not lead from record", "samples/"),
    Tampering("a sample is gone", lambda pack, keys: pack.files.pop(first_sample(".json")(pack)), "file", "the file is missing", "samples/"),
    # What is compared as text, and read by people
    *(Tampering(f"the period's {name} is no time: {text!a}", period(name, text), "manifest", "the period of the manifest is none", "manifest.json")
      for name, text in [("from", "2026-1\u200b0-01T00:00:00.000000000Z"), ("from", "2026-10-01T00:00:00Z"), ("from", "0"), ("to", "2026-12-\x0131T00:00:00.000000000Z"),
                         ("to", "~"), ("to", "1970-01-01T00:00:00.000000000Z"), ("from", "2026-1٠-01T00:00:00.000000000Z")]),
    Tampering("the pack was built at no time", edit("manifest.json", lambda manifest: manifest.update(built_at="now\n")), "manifest",
              "the period of the manifest is none", "manifest.json"),
    Tampering("a key's name is two lines", edit("keys/keys.json", two_lines), "key", "a key has a name that is none", "keys/keys.json"),
    Tampering("a reviewer's key is another person's", edit("keys/keys.json", lambda listing: next(
        entry for entry in listing["keys"] if entry["use"] == "reviews" and entry["name"] == "lea").update(person="pia")), "policy",
        "is not signed as one by a known key", "policies/", base="reviewed"),
    Tampering("the control map stands before the policies", controls_first, "file", "the control map stands before policies", "controls.json"),
    # Files, by whoever has no key
    Tampering("verify.py is another program", lambda pack, keys: pack.files.update({"verify.py": b"print('whole')\n"}), "file", NOT_ATTESTED, "verify.py",
              seal="stale"),
    Tampering("the report is nicer", append("report.html", b"<p>All is well.</p>"), "file", NOT_ATTESTED, "report.html", seal="stale"),
    Tampering("the assessment results are altered", append("assessment-results.json", b" "), "file", NOT_ATTESTED, "assessment-results.json", seal="stale"),
    Tampering("the guide is altered", append("VERIFY.md", b"Trust us.\n"), "file", NOT_ATTESTED, "VERIFY.md", seal="stale"),
    Tampering("the manifest is altered", edit("manifest.json", lambda manifest: manifest.update(built_by="somebody")), "file", NOT_ATTESTED, "manifest.json",
              seal="stale"),
    Tampering("the control map is altered", edit("controls.json", lambda map: map["controls"][0].update(title="met")), "file", NOT_ATTESTED, "controls.json",
              seal="stale"),
    Tampering("a file is put in", lambda pack, keys: pack.files.update({"NOTE.txt": b"signed, honestly"}), "file", "the file is not attested", "NOTE.txt",
              seal="stale"),
    Tampering("the report is gone", drop("report.html"), "file", "the file is missing", "report.html", seal="stale"),
    Tampering("one bit of a record flips", with_lines(lambda lines, at: lines.__setitem__(at, lines[at][:300] + bytes([lines[at][300] ^ 1]) + lines[at][301:])),
              "record", "record {n} of `gw-1/acme` ", FIRST_CHUNK, seal="stale"),
    # The attestation
    Tampering("the attestation is gone", drop(ATTESTATION), "attestation", "the attestation is missing", ATTESTATION, seal="stale"),
    Tampering("the attestation's payload is altered", lambda pack, keys: pack.edit(ATTESTATION, lambda envelope: envelope.update(
        payload=b64(json.dumps(pack.statement() | {"predicate": {}}).encode()))), "attestation", "the attestation is not signed by a known pack key",
        ATTESTATION, seal="stale"),
    Tampering("the attestation's signature is gone", edit(ATTESTATION, lambda envelope: envelope.update(signatures=[])), "attestation",
              "the attestation is not signed by a known pack key", ATTESTATION, seal="stale"),
    Tampering("the attestation is a stranger's", lambda pack, keys: pack.seal(keys.stranger), "attestation",
              "the attestation is not signed by a known pack key", ATTESTATION, seal="stale"),
    Tampering("the pack is sealed by a stranger, whose key is listed", lambda pack, keys: None, "attestation",
              "the attestation is not signed by a known pack key", ATTESTATION, seal="forged", knows=("keys",)),
    Tampering("the attestation is of something else", lambda pack, keys: pack.seal(keys.pack, lambda statement: statement.update(
        predicateType="https://slsa.dev/provenance/v1")), "attestation", "the statement is not one of a pack", ATTESTATION, seal="stale"),
]

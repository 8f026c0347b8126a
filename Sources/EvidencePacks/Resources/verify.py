#!/usr/bin/env python3
"""Verifies an Aegis evidence pack with nothing but Python's standard library and `cryptography`: python3 verify.py PACK.tar.gz
Exits 0 when all of it holds, 1 with a line for each fault, 2 where a key or checkpoint that you name is none. Formats: RFC 9162, C2SP notes and proofs, DSSE, in-toto, JWS."""
import argparse, base64, collections, datetime, functools, gzip, hashlib, heapq, io, json, os, re, sys, tarfile, time, zlib  # noqa: E401
try:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, utils
except ImportError: sys.exit(print("error: this needs the package `cryptography`: pip install cryptography", file=sys.stderr) or 2)
REMOVED = re.compile('{"pruned":{"hash":"([0-9a-f]{64})","index":([0-9]+),"leaf":"([^"]{43}=)","log":"([^"]+)","prev_hash":"([0-9a-f]{64})"}}')
INSTANT, PLAIN, MOST = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{9}Z"), re.compile("[!-~]+"), 1 << 28
MALFORMED = (ValueError, LookupError, TypeError, AttributeError, UnsupportedAlgorithm, RecursionError)
class Wrong(ValueError): """Something is not as it should be: the code, what, and where, if that is not the file at hand."""
def must(holds, code, message, place=None):
    if not holds: raise Wrong(code, message, place)
def sha256(data): return hashlib.sha256(data).digest()
def node(left, right): return sha256(b"\1" + left + right)
def b64(text): return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
def utc(seconds): return time.strftime("%Y-%m-%dT%H:%M:%S.000000000Z", time.gmtime(min(seconds, 253402300799)))
def instant(text): return datetime.datetime.fromisoformat(text[:19])
def strict(data):  # JSON in which no name stands twice, and no number is NaN
    return json.loads(data, parse_constant=lambda word: must(False, "file", f"`{word}` is no JSON"), object_pairs_hook=lambda pairs: must(
        len(dict(pairs)) == len(pairs), "file", "a name stands twice") or dict(pairs))
def fingerprint(key): return "sha256:" + sha256(key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)).hex()
def vkey(text, use):  # a C2SP vkey: its name and 4-byte id, and the Ed25519 key
    name, mark, typed = (read(part) for read, part in zip((str, bytes.fromhex, b64), text.split("+", 2)))
    must(sha256(name.encode() + b"\n" + typed)[:4] == mark and typed[0] == (4 if use == "witness" else 1), "key", "a vkey is malformed, or of another type")
    return (name, mark), ed25519.Ed25519PublicKey.from_public_bytes(typed[1:])
def signed(key, signature, message, der=True):  # ECDSA signatures are DER in envelopes, and r and s in tokens
    how = [ec.ECDSA(hashes.SHA256())] if hasattr(key, "curve") else [padding.PKCS1v15(), hashes.SHA256()] if hasattr(key, "key_size") else []
    if how and len(how) < 2 and not der: signature = utils.encode_dss_signature(*(int.from_bytes(half, "big") for half in (signature[:32], signature[32:])))
    try: return key.verify(signature, message, *how) is None
    except (InvalidSignature, ValueError): return False
def opened(token, keys, kind=None, spans={}):  # the payload of a compact JWS of this type that one of these keys signed, in its time, else nothing
    (header, payload, signature), message = (base64.urlsafe_b64decode(part + "==") for part in token.split(".")), token.rpartition(".")[0].encode()
    span, said = spans.get((header := strict(header))["kid"], {}), strict(payload) if (
        header["kid"] in keys and kind in (None, header.get("typ")) and signed(keys[header["kid"]], signature, message, der=False)) else {}
    return said if span.get("person") in (None, said.get("person")) and (span.get("from") or "")[:19] <= said.get("time", "")[:19] < min(span.get("until") or "~", span.get("revoked") or "~")[:19] else {}
def content_digest(files, about, aegis):  # of what reviewers sign: everything but the reviews and what came after them
    aegis = {name: aegis[name] for name in aegis if name not in ("reviews", "emergency", "content_digest", "reason")}
    about = {**about, "revision": f"{aegis['tenant']}/{aegis['version']}", "metadata": {"aegis": aegis}}
    files = {**files, ".manifest": json.dumps(about, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()}
    return "sha256:" + sha256("".join(f"{sha256(files[path]).hex()}  {path}\n" for path in sorted(files, key=str.encode)).encode()).hex()
def grow(nodes, size, leaf): grow(nodes, size >> 1, node(nodes.pop(), leaf)) if size & 1 else nodes.append(leaf)  # the right edge of a tree
def root_of(nodes): return functools.reduce(lambda right, left: node(left, right), reversed(nodes)) if nodes else sha256(b"")
def split(size): return 1 << (size - 1).bit_length() - 1  # RFC 9162, 2.1.1: where a tree of this size has its left half
def included(index, size, leaf, path):  # 2.1.3: the root that a path of siblings leads to
    if size == 1: return leaf
    half, sibling = split(size), (path or [b""]).pop()
    return node(included(index, half, leaf, path), sibling) if index < half else node(sibling, included(index - half, size - half, leaf, path))
def leads(index, leaf, path, size, root): return index < size and included(index, size, leaf, path := list(map(b64, path))) == root and not path
def extended(old, size, root, path, whole=True):  # 2.1.4: the roots of the older and the newer tree that a proof leads to
    if old == size: return (root, root) if whole else ((path or [b""]).pop(),) * 2
    half, sibling = split(size), (path or [b""]).pop()
    if old <= half: return (lambda both: (both[0], node(both[1], sibling)))(extended(old, half, root, path, whole))
    return tuple(node(sibling, each) for each in extended(old - half, size - half, root, path, False))
class Entry(tarfile.TarInfo):  # a header that stands before others' is no longer than a name is
    @classmethod
    def frombuf(cls, *given):
        entry = super().frombuf(*given)
        if not entry.isreg() and entry.size > 1 << 16: raise tarfile.TarError("a header is too long")
        return entry
class Pack:  # taken file by file, in the order of the archive
    def __init__(self, trusted, notes, witnesses):
        self.trusted, self.notes, self.named, self.totals, self.removed = trusted, notes, witnesses, [0, 0], collections.Counter()
        for name in "about entries keys attestation head first_time last_time newest interval announced heir kept".split(): setattr(self, name, None)
        for name in "digests pem roots seen versions samples ranks spans".split(): setattr(self, name, {})
        for name in "faults remarks path reigns gone".split(): setattr(self, name, [])
        self.broken, self.checkpoints, self.unapproved, self.counts = False, 0, 0, collections.defaultdict(collections.Counter)
    def need(self, holds, code, message, place): return bool(holds) or bool(self.faults.append(f"{place}: error: {message} [pack.{code}]"))
    def attempt(self, place, check, *arguments):  # whether the check ends without a fault; a fault is kept
        try: return check(*arguments) or True
        except Wrong as wrong: return self.need(False, wrong.args[0], wrong.args[1], wrong.args[2] or place)
        except MALFORMED as error: return self.need(False, "file", f"this cannot be understood: {error}", place)
    def take(self, name, data):
        self.digests[name], part = sha256(data).hex(), name.split("/")[0]
        if name == "manifest.json":
            self.size = self.covered = (start := (about := strict(data))["start"])["size"]
            self.log, self.last, self.nodes = f"{about['gateway']}/{about['tenant']}", start["hash"], [b64(each) for each in start["frontier"]]
            must((about["log"], about["records"]["first"], len(self.nodes)) == (self.log, self.size, bin(self.size).count("1")) and about["schema"] in (1, 2)
                 and max(self.size, about["records"]["end"], about["head"]["size"]) < 1 << 53, "manifest", "the manifest contradicts itself")
            period = about["period"]["from"], about["period"]["to"]
            must(all(map(INSTANT.fullmatch, [*period, about["built_at"]])) and period[0] < period[1], "manifest", "the period of the manifest is none")
            self.about, self.roots[self.size] = about, root_of(self.nodes)
        elif name == "keys/keys.json": self.entries = strict(data)["keys"]
        elif part == "keys": self.pem[name] = serialization.load_pem_public_key(data)
        elif name == "attestation.dsse.json": self.attestation = strict(data)
        elif name == "controls.json":
            must(self.about and {each["file"] for each in self.about["policies"]} <= {*self.digests}, "file", "the control map stands before policies")
            self.map, self.samples = (found := strict(data)), dict.fromkeys(sum((each["samples"] for each in found["controls"]), []))
        elif part in ("policies", "log", "samples", "removals"):
            must(self.about and self.entries, "file", "the manifest or the keys stand behind what they are for")
            if self.keys is None: self.load_keys()
            {"policies": self.take_policy, "log": self.take_log, "samples": self.take_sample, "removals": self.take_removal}[part](name, data)
    def load_keys(self):  # by what they are for; where you named some, only those
        self.keys, self.log_keys = {"pack": {}, "policies": {}, "reviews": {}}, {name: ("witness", key) for name, key in self.named.items()}
        for entry in self.entries:
            must(PLAIN.fullmatch(entry["name"]), "key", "a key has a name that is none", "keys/keys.json")
            key, mark, use = self.pem.get(entry["file"]), entry["fingerprint"], entry["use"]
            fits = self.need(key and fingerprint(key) == mark, "key", f"the key `{entry['name']}` is not the one listed", entry["file"])
            if not fits or mark not in (self.trusted.get(use) or [mark]): continue
            if use in self.keys: self.keys[use][entry["name"]], self.spans[entry["name"]] = key, {**(entry.get("validity") or {}), "person": entry.get("person")}
            else:
                name, listed = vkey(entry["vkey"], use)
                must(fingerprint(listed) == mark, "key", f"the vkey of `{entry['name']}` is not of this key", "keys/keys.json")
                must(fingerprint(self.log_keys.get(name, (0, key))[1]) == mark, "key", f"the vkey of `{entry['name']}` has the name and id of another", "keys/keys.json")
                self.log_keys[name] = use, key
    def open(self, note, what):  # a checkpoint's origin, size and root; what witnesses saw, as {name: (size, when)}; the log keys that signed
        try:
            text, _, lines = (strict(note)["checkpoint"] if isinstance(note, bytes) else note).rpartition("\n\n")
            (origin, size, root), lines = text.split("\n")[:3], [re.fullmatch("\u2014 (\\S+) (\\S+)", line).groups() for line in lines.split("\n")[:-1]]
            size, root, signatures = int(size), b64(root), [((name, b64(blob)[:4]), b64(blob)[4:]) for name, blob in lines]
        except MALFORMED: raise Wrong("checkpoint", f"{what}: malformed note", None) from None
        signers, seen = [name for name, _ in signatures if self.log_keys.get(name, ("",))[0] == "checkpoints"], {}
        for name, blob in signatures:
            (use, key), message = self.log_keys.get(name, (None, None)), text.encode() + b"\n"
            if use == "witness":
                when, blob = int.from_bytes(blob[:8], "big"), blob[8:]
                seen[name], message = (size, utc(when)), b"cosignature/v1\ntime %d\n" % when + message
            must(not use or signed(key, blob, message), "checkpoint", f"{what}: the signature by `{name[0]}` is wrong")
        must(signers, "checkpoint", f"{what}: no signature by a known key")
        king, past = next((key for first, key in reversed(self.reigns) if first <= size), None), {key for _, key in self.reigns[:-1]}
        must(self.broken or not king or king in signers or size == self.size and self.heir in signers or size > self.size and {*signers} - past, "checkpoint",
             f"{what}: it is signed by a key that was not in use then")
        return origin, size, root, seen, signers
    def take_policy(self, name, data):
        digest, place = "sha256:" + self.digests[name], f"{name}/.manifest"
        entry = next((each for each in self.about["policies"] if (each["file"], each["digest"]) == (name, digest)), None)
        must(entry, "policy", "the archive is not one that the manifest lists")
        with gzip.open(io.BytesIO(data)) as stream: plain = stream.read(MOST + 1)
        must(len(plain) <= MOST, "policy", f"the archive has more than {MOST} bytes when it is expanded")
        with tarfile.open(fileobj=io.BytesIO(plain), mode="r|", tarinfo=Entry) as archive: files = {each.name: archive.extractfile(each).read() for each in archive}
        must(payload := opened(strict(files.pop(".signatures.json"))["signatures"][0], self.keys["policies"]), "policy", "no known policy key signed it")
        listed = {each["name"]: each["hash"] for each in payload["files"]}
        changed = next((path for path in sorted({*listed, *files}) if listed.get(path) != sha256(files.get(path, b"")).hex()), None)
        must(changed is None, "policy", "the file is not the one signed", f"{name}/{changed}")
        reviewed = (aegis := (about := strict(files[".manifest"]))["metadata"]["aegis"])["content_digest"]
        must(reviewed == content_digest(files, about, aegis), "policy", "what was reviewed is another content", place)
        if old := aegis.pop("restores", None): reviewed = content_digest(files, about, {**aegis, **old})  # a rollback has the approvals of then
        authors = {(old or aegis)["author"], *(old or aegis).get("coauthors", [])}
        approvals = [each for each in aegis["reviews"] if each["verdict"] == "approved" and "statement" in each]
        for each in approvals:
            said = opened(each["statement"], self.keys["reviews"], "aegis-policy-event", self.spans)
            shown = dict(zip(("id", "person", "comment", "time"), map(each.get, ("approval_id", "reviewer", "comment", "at"))), tenant=aegis["tenant"])
            fault = "is not signed as one by a known key" if said.get("kind") != "approved" else (
                "is not of this content" if said["content_digest"] != reviewed else "is by the author" if said["person"] in authors else
                "does not say what was signed" if said != {**said, **shown} else "")
            must(not fault, "policy", f"the approval `{each['approval_id']}` {fault}", place)
        version = f"{aegis['tenant']}/{aegis['version']}@{digest[:19]}"
        must((aegis["tenant"], version) == (self.about["tenant"], entry["policy_version"]), "policy", f"the bundle is `{version}`", place)
        self.versions[version], self.unapproved = (digest, aegis["controls"]), self.unapproved + (not approvals)
    def take_log(self, name, data):
        if name == "log/head.note": self.head, self.stamped = data.decode(), b"\4\x20" + sha256(data)
        if name == "log/head.tsr": must(self.stamped in data, "timestamp", "the time stamp is not of the head")
        if name == "log/consistency.json": self.path = [b64(each) for each in strict(data)["hashes"]]
        for row, line in enumerate(re.sub(b"\n\\Z", b"", data).split(b"\n") if name.endswith(".jsonl") else [], 1):
            self.broken |= not self.attempt(at := f"{name}:{row}", self.take_checkpoint if line.startswith(b'{"checkpoint":') else self.take_record, line, at)
    def take_record(self, line, place):
        due, self.size, period, gone = self.size, self.size + 1, self.about["period"], REMOVED.fullmatch(line.decode(errors="replace"))
        try:
            record = dict(zip(("hash", "index", "leaf", "log", "prev_hash"), gone.groups())) if gone else strict(line)
            index, claimed, time, member = int(record["index"]), record["hash"], gone or record["time"], b'"hash":"%s",' % record["hash"].encode()
            digest = sha256(bytes.fromhex(record["prev_hash"]) + line.replace(member, b"")).hex() if line.count(member) == 1 else None
        except MALFORMED: raise Wrong("record", f"record {due} of `{self.log}` is not a record in canonical form", place) from None
        last, self.last, self.size = self.last, claimed, index + 1
        must(index == due, "record", f"record {index} of `{self.log}` stands where record {due} belongs")
        must(gone or digest == claimed, "record", f"record {index} of `{self.log}` was changed: it does not match its hash")
        must(record["prev_hash"] == last, "record", f"record {index} of `{self.log}` does not link to the record before it")
        must(record["log"] == self.log and (gone or record["tenant"] == self.about["tenant"]), "record", f"record {index} is not of `{self.log}`")
        if self.broken: return
        grow(self.nodes, due, leaf := b64(record["leaf"]) if gone else sha256(b"\0" + line))
        if any(f"\n{self.size}\n" in note for _, note in self.notes): self.roots[self.size] = root_of(self.nodes)
        if gone:
            while self.gone and self.gone[0][1] < index: heapq.heappop(self.gone)
            label, since, until = self.gone[0][2] if self.gone and self.gone[0][0] <= index else ("", "~", "~")
            if until < period["from"]: self.first_time = self.first_time or until
            elif since < period["to"]: self.removed[label] += 1
            return self.need(label, "removal", f"record {index} of `{self.log}` was removed, and no retention record says so", place)
        if index in self.samples: self.samples[index] = leaf
        self.watch(index, time, self.kept == index - 1)
        self.first_time, self.last_time, self.kept = self.first_time or time, time, index
        if record["kind"] == "heartbeat": self.interval = int(record["detail"].get("interval_s", 60))
        if record["kind"] == "key" and "vkey" in record["detail"]: self.take_key(record["detail"], index)
        if period["from"] <= time < period["to"]: self.count(record, index, place)
    def take_key(self, detail, index):  # a rotation: the old key's checkpoint covers `rotated`, the new one's `active` and what follows
        key = self.log, sha256(self.log.encode() + b"\n" + (typed := b64(detail["vkey"].split("+", 2)[2])))[:4]
        if detail["event"] == "rotated": self.announced = key, ("checkpoints", ed25519.Ed25519PublicKey.from_public_bytes(typed[1:]))
        if detail["event"] == "active" and key == self.heir: self.reigns, self.heir = [*self.reigns, (index + 1, key)], None
    def watch(self, index, time, is_next):  # where the clock was set back, or nothing was written though a heartbeat was due
        apart = (instant(time) - instant(newest)).total_seconds() if (newest := self.newest or time)[:18] != time[:18] else 0
        self.newest = time if apart < -5 else max(newest, time)
        if apart < -5: self.remarks.append(f"record {index} is of {time}, and one before it of {newest}: the clock was set back")
        if self.interval and is_next and apart > 2 * self.interval + 5:
            self.remarks.append(f"nothing was recorded from {newest} to {time}, though a heartbeat was due every {self.interval} s")
    def take_checkpoint(self, line, place):
        last, first, self.checkpoints, self.covered = self.size - 1, self.covered, self.checkpoints + 1, self.size
        origin, size, root, seen, signers = self.open(line, f"the checkpoint behind record {last}")
        must((origin, size) == (self.log, last + 1), "checkpoint", f"the checkpoint of `{origin}` at {size} stands behind record {last}")
        must(self.broken or root == root_of(self.nodes), "checkpoint",
             f"records {first} to {last} are not those that the checkpoint at size {size} was signed over")
        self.seen, self.reigns = {**self.seen, **seen}, self.reigns or [(0, signers[0])]  # checkpoints only grow
        if self.heir in signers and not self.broken: self.reigns, self.heir = [*self.reigns, (size, self.heir)], None
        if self.announced: (self.heir, self.log_keys[self.announced[0]]), self.announced = self.announced, None
    def count(self, record, index, place):
        reason, version, kind = record.get("decision_reason") or {}, record.get("policy_version"), record["kind"]
        policies = tuple(each["policy"] for each in [reason, *reason.get("also", [])] if "policy" in each)
        self.totals, digest = [self.totals[0] + 1, self.totals[1] + (kind == "decision")], self.versions.get(version, [None])[0]
        self.need(version is None or digest and record.get("bundle_digest", digest) == digest, "policy",
                  f"record {index} names `{version}`, and that policy version is not in the pack", place)
        rank, label = sha256((self.map["sample_seed"] + record["hash"]).encode()), record.get("decision") or kind
        for name in self.supported(kind, record.get("decision", ""), reason.get("code", ""), policies, version):
            self.counts[name][label] += 1
            self.ranks[name] = sorted(self.ranks.get(name, []) + [(rank, index)])[:self.map["sample_size"]]
    @functools.lru_cache(100_000)
    def supported(self, kind, decision, code, policies, version):  # the controls that records of one shape support
        fields, tags = dict(kind=kind, decision=decision, code=code), self.versions.get(version, (0, {}))[1]
        return [control["id"] for control in self.map["controls"] if kind == "decision" and {*policies} & {*tags.get(control["id"], [])}
                or any(all(fields[name] in values for name, values in each.items()) for each in control["selects"])]
    def take_sample(self, name, data):
        leaf, (proof, _, note) = self.samples.get(index := int(name[8:20])), data.decode().partition("\n\n")
        if name.endswith(".json"): return must(self.broken or sha256(b"\0" + data.rstrip(b"\n")) == leaf, "sample", f"this is not record {index} of the log")
        (header, at, *path), (_, size, root, *_) = proof.split("\n"), self.open(note, "the sample's checkpoint")
        fits = leaf and (header, at) == ("c2sp.org/tlog-proof@v1", f"index {index}") and leads(index, leaf, path, size, root)
        must(self.broken or fits, "sample", f"the proof does not lead from record {index} to its checkpoint")
    def take_removal(self, name, data):  # a retention record, and the proof that the head covers it: what it names may be gone
        proof, head = strict(data), self.about["head"]
        index, said = (record := strict(line := proof["record"].encode()))["index"], record.get("detail", {})
        must((leads(index, sha256(b"\0" + line), proof["hashes"], head["size"], b64(head["root"])), record["log"], record["kind"], said.get("event")) == (
             True, self.log, "retention", "pruned"), "removal", f"record {index} is not shown to be the log's word on what was removed")
        word = f"{said.get('kind', 'unknown kind')} ({said.get('class', 'unknown class')})", said.get("from", ""), said.get("until", "~")
        for first, last in re.findall("([0-9]+)-([0-9]+)", said["indexes"]): heapq.heappush(self.gone, (int(first), min(int(last), index - 1), word))
    def finish(self):  # what can be said only at the end
        must(self.keys and self.checkpoints, "manifest", "there is no manifest, or no log under checkpoints", "manifest.json")
        self.attempt("attestation.dsse.json", self.check_attestation, self.attestation)
        wanted = [f"samples/{each:012}{end}" for each in self.samples for end in (".json", ".tlog-proof")] + ["log/head.note", "controls.json"]
        wanted += [each["file"] for each in self.about["policies"]] + ["log/head.tsr"] * bool(self.about["head"].get("stamped"))
        for name in sorted({*wanted} - {*self.digests}): self.need(False, "file", "the file is missing", name)
        if not self.interval: self.remarks.append("no record is a heartbeat: nothing shows that the gateway was writing all the time")
        if self.about["built_at"] < self.about["period"]["to"]:
            self.remarks.insert(0, f"built before the period was over ({self.about['built_at']}): later records are not in it")
        opened = {source: self.attempt(source or "log/head.note", self.open, note, what) for source, note, what in [
            (None, self.head, "the head"), *((*each, "the known checkpoint") for each in self.notes)] if note}
        if not self.broken and opened.get(None) and self.attempt("log", self.check_range, opened): self.attempt("controls.json", self.check_controls)
    def check_attestation(self, sealed):
        must(sealed, "attestation", "the attestation is missing: the pack was cut, or never finished")
        kind, payload = sealed["payloadType"].encode(), b64(sealed["payload"])
        message = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
        must(any(signed(key, b64(each["sig"]), message) for key in self.keys["pack"].values() for each in sealed["signatures"]),
             "attestation", "the attestation is not signed by a known pack key")
        must((kind, (statement := strict(payload))["_type"], statement["predicateType"]) == (b"application/vnd.in-toto+json", "https://in-toto.io/Statement/v1",
             "https://aegis.example/attestations/evidence-pack/v1"), "attestation", "the statement is not one of a pack")
        listed = {each["name"]: each["digest"]["sha256"] for each in statement["subject"]}
        for name in sorted({*listed, *self.digests} - {"attestation.dsse.json"}):
            fault = "is missing" if name not in self.digests else "is not attested" if name not in listed else "is not the attested one"
            self.need(listed.get(name) == self.digests.get(name), "file", "the file " + fault, name)
    def check_range(self, opened):
        records, period, end, about = self.about["records"], self.about["period"], self.size, self.about["head"]
        (origin, size, root, seen, _), nothing = opened.pop(None), "nothing shows that no record of the period stands"
        must(end == records["end"] == self.covered, "range", f"the log ends with record {end - 1}, not with {records['end'] - 1}")
        now, is_head = root_of(self.nodes), (origin, size, root) == (self.log, about["size"], b64(about["root"]))
        fits = is_head and end <= size and (*extended(end, size, now, self.path), self.path) == (now, root, [])
        must(fits, "range", f"records up to {end - 1} are not shown to be in the head's log")
        must(records["first"] == 0 or (self.first_time or "~") < period["from"], "range", f"{nothing} before record {records['first']}")
        must(end == size or (self.last_time or "") >= period["to"], "range", f"{nothing} behind record {end - 1}")
        self.roots[size], self.seen = root, {**self.seen, **seen}
        for source, (name, known, known_root, *_) in ((source, note) for source, note in opened.items() if note):
            fault = f"`{self.log}` was cut: it once had {known} records, and the head covers {size}" if known > size else (
                f"`{self.log}` was rewritten: at size {known} it has another root" if known in self.roots else
                f"nothing here ties a checkpoint of size {known} to records {records['first']} to {end - 1}")
            self.need(name == self.log and self.roots.get(known) == known_root, "known", fault, source)
        for name, identifier in (each for each, (use, _) in self.log_keys.items() if use == "witness"):
            (saw, when), is_named = self.seen.get((name, identifier), (0, "")), (name, identifier) in self.named
            fault = "has signed no checkpoint here" if not when else f"has seen {saw} records of `{self.log}`, and the pack goes to {end}" if saw < end else (
                f"last saw `{self.log}` at {when}: nothing shows that it was not cut back to then")
            self.need(when and (not is_named or saw >= end and when >= period["to"]), "witness", f"the witness `{name}` {fault}", "log/head.note")
    def check_controls(self):
        must([*self.totals, self.removed] == [self.about["records"].get(name, {}) for name in ("in_period", "decisions", "removed")], "manifest",
             "the period has {} records and {} decisions, and {} were removed".format(*self.totals, sum(self.removed.values())), "manifest.json")
        for control in self.map["controls"]:
            counts, drawn = self.counts[control["id"]], sorted(index for _, index in self.ranks.get(control["id"], []))
            self.need((counts, sum(counts.values()), drawn) == (control["counts"], control["count"], control["samples"]), "controls",
                      f"`{control['id']}` has other evidence: {sum(counts.values())} records count", "controls.json")
def verify(path, trusted, notes, witnesses):
    pack, name, folder = Pack(trusted, notes, witnesses), "pack", None
    try:
        with gzip.open(path) as stream, tarfile.open(fileobj=stream, mode="r|", tarinfo=Entry) as tar:
            for entry in tar:
                top, _, name = entry.name.partition("/")
                if not entry.isfile() or not name or top != (folder := folder or top) or name in pack.digests or entry.size > 64 << 20:
                    name = name or top or "pack"
                    raise tarfile.TarError("a pack holds plain files of one folder, each of them once")
                pack.attempt(name, pack.take, name, tar.extractfile(entry).read())
            if any(map(any, iter(functools.partial(stream.read, 1 << 16), b""))) or stream.tell() < tar.offset + 1024: raise tarfile.TarError("it is cut off, or data follows its end")
        pack.attempt("pack", pack.finish)
    except (OSError, EOFError, zlib.error, tarfile.TarError, *MALFORMED) as error:
        pack.need(False, "archive", f"the archive cannot be read: {error}", name)
    return pack
def keys(use, path):  # the keys that a file holds, by name: vkeys, one a line, or one as PEM
    if use in ("checkpoints", "witness"): return [vkey(line, use) for line in text(path).split() or [""]]
    with open(path, "rb") as file: return [(path, serialization.load_pem_public_key(file.read()))]
def text(path):
    with open(path, encoding="utf-8") as file: return file.read()
def given(option, takes, read, path):  # what a file that you name holds; where it is none, one line says so
    try: return read(path)
    except OSError as error: fault = f"cannot be read: {error.strerror}"
    except MALFORMED: fault = "is of another format"
    sys.exit(print(f"error: `{path}` {fault}; {option} takes {takes}", file=sys.stderr) or 2)
def shown(line): return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in line)  # what a pack says stays in its line
def tell(lines, faults, code):  # the exit code is the pack's, too, where nobody reads on
    try:
        for fault in faults: print(shown(fault), file=sys.stderr)
        if sys.stdout: print(*map(shown, lines), sep="\n", flush=True)
    except BrokenPipeError: [os.dup2(os.open(os.devnull, os.O_WRONLY), output) for output in (1, 2)]
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = print(f"error: the result cannot be written: {error.strerror}", file=sys.stderr) or 2
    sys.exit(code)
if __name__ == "__main__":
    if sys.stdout: sys.stdout.reconfigure(errors="backslashreplace")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    def option(name, use, takes, read, says):
        parser.add_argument(name, dest=use, action="append", default=[], metavar="FILE", type=functools.partial(given, name, takes, read), help=says)
    parser.add_argument("file", metavar="PACK")
    for by, use in dict(log="checkpoints", witness="witness", pack="pack", policy="policies", review="reviews").items():
        form = "vkeys, one a line: NAME+ID+KEY" if by in ("log", "witness") else "one public key as PEM: -----BEGIN PUBLIC KEY-----"
        option(f"--{by}-key", use, form, functools.partial(keys, use), f"trusted for {use}: {form}")
    option("--checkpoint", "checkpoint", "a checkpoint, a few lines of text", lambda path: (path, text(path)), "to be reached")
    options = parser.parse_args()
    named = {use: dict(sum(files, [])) for use, files in vars(options).items() if use not in ("file", "checkpoint")}
    pack = verify(options.file, {use: set(map(fingerprint, keys.values())) for use, keys in named.items()}, options.checkpoint, named["witness"])
    if pack.faults: tell([f"broken: {len(pack.faults)} fault{'s'[:len(pack.faults) - 1]}"], pack.faults[:99], 1)
    lines = ["note: " + each for each in pack.remarks[:100] + ["report, OSCAL and controls rest on a pack key that you did not name"] * (not named["pack"])]
    for use, name, mark in ((each["use"], each["name"], each["fingerprint"]) for each in pack.entries):
        if mark in (pack.trusted.get(use) or [mark]): lines.append(f"{use} key {name} {mark}" + " (yours)" * bool(pack.trusted.get(use)))
    period, records, removed = pack.about["period"], pack.about["records"], ", ".join(f"{name} {count}" for name, count in sorted(pack.removed.items()))
    tell([*lines, f"whole: {records['in_period']} records of `{pack.log}` from {period['from']} to {period['to']}, {records['decisions']} of them decisions; "
        + f"{sum(pack.removed.values())} more removed by retention: {removed}; " * bool(removed) + f"{pack.checkpoints} checkpoints, "
        f"{len(pack.versions)} policy versions" + f" (without a signed approval: {pack.unapproved})" * bool(pack.unapproved) + f", {len(pack.samples)} samples"
        f", {len(pack.digests)} files" + "".join(f"; witness `{name}` saw {count} records at {when}" for (name, _), (count, when) in sorted(pack.seen.items()))], [], 0)

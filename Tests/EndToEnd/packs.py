"""Evidence packs taken apart and put together again, honestly or not: what the tampering tests work with."""
import base64
import collections
import gzip
import hashlib
import io
import json
import pathlib
import tarfile

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

ATTESTATION = "attestation.dsse.json"


def sha256(data):
    return hashlib.sha256(data).digest()


def b64(data):
    return base64.b64encode(data).decode()


def private_key(path):
    return serialization.load_pem_private_key(pathlib.Path(path).read_bytes(), None)


def raw(key):
    return key.public_key().public_bytes_raw()


def pem(key):
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key):
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return "sha256:" + sha256(der).hex()


def key_id(name, key, kind=1):
    return sha256(name.encode() + b"\n" + bytes([kind]) + raw(key))[:4]


def vkey(name, key, kind=1):
    """C2SP's: 1 signs logs, 4 co-signs them."""
    return f"{name}+{key_id(name, key, kind).hex()}+{b64(bytes([kind]) + raw(key))}"


def signed_note(text, name, key):
    return f"{text}\n\u2014 {name} {b64(key_id(name, key) + key.sign(text.encode()))}\n"


def log_key(path):
    """The private key of a journal, or of a witness: what only its owner has."""
    line = pathlib.Path(path).read_text().strip()
    return ed25519.Ed25519PrivateKey.from_private_bytes(base64.b64decode(line.split("+", 4)[4])[1:])


def canonical(record):
    """RFC 8785 for what records hold: strings, integers, lists and objects."""
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def chained(record, previous):
    """The record with its link and its hash made anew."""
    record = {**record, "prev_hash": previous}
    record.pop("hash", None)
    record["hash"] = sha256(bytes.fromhex(previous) + canonical(record)).hex()
    return record


def leaf(line):
    return sha256(b"\0" + line)


def removed(line):
    """What retention leaves of a record."""
    record = json.loads(line)
    return canonical({"pruned": {"hash": record["hash"], "index": record["index"], "leaf": b64(leaf(line)), "log": record["log"],
                                 "prev_hash": record["prev_hash"]}})


def leaf_of(line):
    """The leaf of a line of the log, whether its record is kept or removed."""
    return base64.b64decode(json.loads(line)["pruned"]["leaf"]) if line.startswith(b'{"pruned"') else leaf(line)


def index_of(line):
    record = json.loads(line)
    return record.get("pruned", record)["index"]


def root(leaves):
    """The Merkle tree hash, straight from the text of RFC 9162, section 2.1.1."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + root(leaves[:split]) + root(leaves[split:]))


class Pack:
    """The files of a pack by name, in the order of the archive."""

    def __init__(self, path):
        self.files = collections.OrderedDict()
        with tarfile.open(path) as archive:
            for entry in archive:
                self.folder, _, name = entry.name.partition("/")
                self.files[name] = archive.extractfile(entry).read()

    def copy(self):
        other = object.__new__(Pack)
        other.folder, other.files = self.folder, collections.OrderedDict(self.files)
        return other

    def write(self, path, extra=()):
        with open(path, "wb") as file, gzip.GzipFile("", "wb", 1, file, 0) as stream, tarfile.open(fileobj=stream, mode="w") as archive:
            for name, data in [*self.files.items(), *extra]:
                entry = tarfile.TarInfo(f"{self.folder}/{name}")
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
        return path

    def json(self, name):
        return json.loads(self.files[name])

    def put(self, name, value):
        self.files[name] = json.dumps(value, indent=2, sort_keys=True).encode() + b"\n"

    def edit(self, name, change):
        value = self.json(name)
        change(value)
        self.put(name, value)

    # The log: records and checkpoints as one list of lines

    @property
    def chunks(self):
        return [name for name in self.files if name.startswith("log/") and name.endswith(".jsonl")]

    @property
    def lines(self):
        return [line for name in self.chunks for line in self.files[name].removesuffix(b"\n").split(b"\n")]

    @lines.setter
    def lines(self, lines):
        first, *others = self.chunks
        self.files[first] = b"\n".join(lines) + b"\n"
        for name in others:
            del self.files[name]

    def place(self, index):
        """Where a record stands among the lines."""
        return next(at for at, line in enumerate(self.lines) if b'"prev_hash"' in line and index_of(line) == index)

    def checkpoint_places(self):
        return [at for at, line in enumerate(self.lines) if line.startswith(b'{"checkpoint"')]

    def alter(self, index, change, rehash=False):
        """Changes a record; with `rehash`, makes its hash and those of all after it anew."""
        lines, place = self.lines, self.place(index)
        record = json.loads(lines[place])
        change(record)
        lines[place] = canonical(record)
        if rehash:
            previous = json.loads(lines[place])["prev_hash"]
            for at in range(place, len(lines)):
                if b'"prev_hash"' in lines[at]:
                    record = chained(json.loads(lines[at]), previous)
                    lines[at], previous = canonical(record), record["hash"]
        self.lines = lines

    def resign_log(self, key):
        """Every checkpoint and the head made anew over the records as they stand, by this key. The pack must begin with record 0."""
        log, lines, leaves = self.json("manifest.json")["log"], self.lines, []
        for at, line in enumerate(lines):
            if line.startswith(b'{"checkpoint"'):
                text = f"{log}\n{len(leaves)}\n{b64(root(leaves))}\n"
                lines[at] = json.dumps({"checkpoint": signed_note(text, log, key)}, ensure_ascii=False, separators=(",", ":")).encode()
            else:
                leaves.append(leaf_of(line))
        self.lines = lines
        self.files["log/head.note"] = signed_note(f"{log}\n{len(leaves)}\n{b64(root(leaves))}\n", log, key).encode()
        self.edit("manifest.json", lambda manifest: manifest["head"].update(size=len(leaves), root=b64(root(leaves))))
        self.put("log/consistency.json", {"from": len(leaves), "to": len(leaves), "hashes": []})

    def replace_key(self, use, key):
        """Another key in the place of the one for `use`, listed as it should be."""
        def change(listing):
            for entry in listing["keys"]:
                if entry["use"] == use:
                    entry["fingerprint"] = fingerprint(key)
                    self.files[entry["file"]] = pem(key)
                    if "vkey" in entry:
                        entry["vkey"] = vkey(entry["vkey"].split("+")[0], key, 4 if use == "witness" else 1)
        self.edit("keys/keys.json", change)

    def statement(self):
        return json.loads(base64.b64decode(self.json(ATTESTATION)["payload"]))

    def seal(self, key, change=lambda statement: None, keyid="evidence"):
        """The attestation made anew over the files as they are, by this Ed25519 key."""
        statement = self.statement()
        self.files.pop(ATTESTATION, None)
        statement["subject"] = [{"name": name, "digest": {"sha256": sha256(data).hex()}} for name, data in self.files.items()]
        change(statement)
        payload, kind = json.dumps(statement).encode(), b"application/vnd.in-toto+json"
        message = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
        self.files[ATTESTATION] = json.dumps({
            "payload": b64(payload), "payloadType": kind.decode(), "signatures": [{"keyid": keyid, "sig": b64(key.sign(message))}]}).encode()


def bundle_files(data):
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(data))) as archive:
        return {entry.name: archive.extractfile(entry).read() for entry in archive}


def segment(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def payload(token):
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def token(claims, key, name, typ=None):
    """A compact JWS: RS256, EdDSA or ES256 in low-s form, by the kind of key."""
    if isinstance(key, rsa.RSAPrivateKey):
        algorithm, sign = "RS256", lambda data: key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    elif isinstance(key, ed25519.Ed25519PrivateKey):
        algorithm, sign = "EdDSA", key.sign
    else:
        algorithm, sign = "ES256", lambda data: es256(key, data)
    header = {"alg": algorithm, "kid": name, **({"typ": typ} if typ else {})}
    signed = f"{segment(json.dumps(header).encode())}.{segment(canonical(claims))}"
    return f"{signed}.{segment(sign(signed.encode()))}"


def es256(key, data):
    r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
    return r.to_bytes(32, "big") + min(s, order - s).to_bytes(32, "big")


def sign_bundle(files, key, name):
    """Lists the files of a bundle anew and signs the list, as its publisher can."""
    claims = payload(json.loads(files[".signatures.json"])["signatures"][0])
    claims["files"] = [{**each, "hash": sha256(files[each["name"]]).hex()} for each in claims["files"]]
    files[".signatures.json"] = canonical({"signatures": [token(claims, key, name)]})


def bundle_archive(files):
    out = io.BytesIO()
    with gzip.GzipFile("", "wb", 6, out, 0) as stream, tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()

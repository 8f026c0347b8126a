"""Checks checkpoints, inclusion and consistency proofs, cosignatures and tiles, written from the texts alone: RFC 6962 and RFC 9162 (section 2.1),
c2sp.org/signed-note, tlog-checkpoint, tlog-proof, tlog-cosignature and tlog-tiles. It shares no code with what it checks."""
import base64
import hashlib
import struct

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Refused(Exception):
    pass


def sha(data):
    return hashlib.sha256(data).digest()


def leaf_hash(entry):
    return sha(b"\x00" + entry)


def node_hash(left, right):
    return sha(b"\x01" + left + right)


def split(n):
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def tree_head(leaves):
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node_hash(tree_head(leaves[:k]), tree_head(leaves[k:]))


def root_from_inclusion(leaf, index, size, path):
    """RFC 9162, 2.1.3.2."""
    if index >= size:
        raise Refused("index beyond the tree")
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            raise Refused("path too long")
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise Refused("path too short")
    return r


def check_consistency(first, first_root, second, second_root, path):
    """RFC 9162, 2.1.4.2."""
    path = list(path)
    if first > second:
        raise Refused("the old tree is larger")
    if first == second or first == 0:
        if path or (first == second and first_root != second_root):
            raise Refused("not the same tree")
        return
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    if not path:
        raise Refused("empty path")
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            raise Refused("path too long")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    if sn or fr != first_root or sr != second_root:
        raise Refused("the trees are not consistent")


class Key:
    """A vkey: name+hash+base64(type || key)."""

    def __init__(self, text):
        self.name, digits, encoded = text.strip().split("+", 2)
        typed = base64.b64decode(encoded, validate=True)
        self.kind, raw = typed[0], typed[1:]
        self.id = sha(self.name.encode() + b"\n" + typed)[:4]
        if self.id.hex() != digits or self.kind not in (1, 4) or len(raw) != 32:
            raise Refused("malformed vkey")
        self.public = Ed25519PublicKey.from_public_bytes(raw)

    def named(self, name):
        """The same key under the name of a log."""
        typed = bytes([self.kind]) + self.public.public_bytes_raw()
        identifier = sha(name.encode() + b"\n" + typed)[:4].hex()
        return Key(f"{name}+{identifier}+{base64.b64encode(typed).decode()}")

    def verify(self, signature, text):
        try:
            if self.kind == 1:
                self.public.verify(signature, text)
            else:
                stamp, = struct.unpack(">Q", signature[:8])
                self.public.verify(signature[8:], b"cosignature/v1\ntime %d\n" % stamp + text)
        except InvalidSignature:
            raise Refused(f"the signature of {self.name} is wrong")


def open_note(note, keys):
    """The text of a note, and the names of the keys given that signed it. Refuses a wrong signature of a known key, and a note with none."""
    if isinstance(note, str):
        note = note.encode()
    cut = note.rindex(b"\n\n")
    text, lines = note[:cut + 1], note[cut + 2:]
    if not lines.endswith(b"\n"):
        raise Refused("the last signature is not ended")
    signed = []
    for line in lines[:-1].split(b"\n"):
        dash, name, blob = line.decode().split(" ")
        if dash != "\u2014":
            raise Refused("no signature line")
        blob = base64.b64decode(blob, validate=True)
        for key in keys:
            if key.name == name and key.id == blob[:4]:
                key.verify(blob[4:], text)
                signed.append(name)
    if not signed:
        raise Refused("no known key signed it")
    return text.decode(), signed


def open_checkpoint(note, keys):
    text, signed = open_note(note, keys)
    origin, size, root = text.split("\n")[:3]
    if str(int(size)) != size:
        raise Refused("the size has leading zeros")
    return origin, int(size), base64.b64decode(root, validate=True), signed


def check_proof_file(proof, keys):
    """A tlog-proof whose extra data is the entry: gives the entry, its index and the checkpoint."""
    head, note = proof.split("\n\n", 1)
    lines = head.split("\n")
    if lines[0] != "c2sp.org/tlog-proof@v1" or not lines[1].startswith("extra ") or not lines[2].startswith("index "):
        raise Refused("not a tlog-proof")
    entry, index = base64.b64decode(lines[1][6:], validate=True), int(lines[2][6:])
    origin, size, root, _ = open_checkpoint(note, keys)
    if root_from_inclusion(leaf_hash(entry), index, size, [base64.b64decode(line, validate=True) for line in lines[3:]]) != root:
        raise Refused("the proof leads to another root")
    return entry, index, origin, size


def tile_path(level, number, width=256):
    groups = []
    while True:
        groups.insert(0, f"{number % 1000:03d}")
        number //= 1000
        if not number:
            break
    path = "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
    return f"tile/{level}/{path}" + ("" if width == 256 else f".p/{width}")


def read_tiles(folder, keys):
    """All entries of a log in tiles, after every hash tile and the root were worked out again."""
    origin, size, root, _ = open_checkpoint((folder / "checkpoint").read_bytes(), keys)
    entries = []
    for number in range(-(-size // 256)):
        data = (folder / tile_path("entries", number, min(256, size - number * 256))).read_bytes()
        while data:
            length, = struct.unpack(">H", data[:2])
            entries.append(data[2:2 + length])
            data = data[2 + length:]
    hashes, level = [leaf_hash(entry) for entry in entries], 0
    if len(hashes) != size or tree_head(hashes) != root:
        raise Refused("the entries are not the tree")
    while hashes:
        for number in range(-(-len(hashes) // 256)):
            part = hashes[number * 256:(number + 1) * 256]
            if (folder / tile_path(level, number, len(part))).read_bytes() != b"".join(part):
                raise Refused(f"tile {level}/{number} is wrong")
        hashes = [tree_head(hashes[place:place + 256]) for place in range(0, len(hashes) - 255, 256)]
        level += 1
    return origin, entries

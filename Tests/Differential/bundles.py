"""A signed bundle as another program sees it: verified by another JWT library, its rules for engines that are not ours.

The hashing rules are those of OPA bundles: manifests and data files by their values, everything else by its bytes.
"""
import hashlib
import json
import re
import tarfile

import jwt


STRUCTURED = {"data.json", "data.yaml", "signatures.json", ".manifest"}


def files_of(archive):
    with tarfile.open(archive) as bundle:
        return {member.name.lstrip("/"): bundle.extractfile(member).read() for member in bundle.getmembers()}


def walk(value, digest):
    """OPA's structured hash: objects by sorted keys, arrays in order, strings as Go's encoder writes them."""
    if isinstance(value, dict):
        digest.update(b"{")
        for place, key in enumerate(sorted(value, key=lambda key: key.encode())):
            digest.update(b"," if place else b"")
            walk(key, digest)
            digest.update(b":")
            walk(value[key], digest)
        digest.update(b"}")
    elif isinstance(value, list):
        digest.update(b"[")
        for place, item in enumerate(value):
            digest.update(b"," if place else b"")
            walk(item, digest)
        digest.update(b"]")
    else:
        digest.update(primitive(value))


class Number(str):
    """A JSON number as it was written."""


def primitive(value):
    if isinstance(value, Number):
        return value.encode()
    if isinstance(value, str):
        text = json.dumps(value, ensure_ascii=False)
        return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").encode()
    return json.dumps(value).encode()


def digest_of(name, data):
    digest = hashlib.sha256()
    if name.split("/")[-1] in STRUCTURED:
        walk(json.loads(data, parse_int=Number, parse_float=Number), digest)
    else:
        digest.update(data)
    return digest.hexdigest()


def verify(archive, public_key, algorithms=("EdDSA", "ES256", "RS256")):
    """The files of a bundle whose signature and hashes hold; raises where one does not."""
    files = files_of(archive)
    signatures = json.loads(files.pop(".signatures.json"))["signatures"]
    assert len(signatures) == 1, "a bundle has one signature"
    claims = jwt.decode(signatures[0], public_key, algorithms=list(algorithms), options={"verify_iat": False})
    listed = {entry["name"].lstrip("/"): entry for entry in claims["files"]}
    assert set(listed) == set(files), f"signed and present files differ: {set(listed) ^ set(files)}"
    for name, data in files.items():
        assert listed[name]["algorithm"] in ("SHA-256", "SHA256"), name
        assert listed[name]["hash"] == digest_of(name, data), f"{name} has another hash than was signed"
    return files


def modules(files):
    return {name: data.decode() for name, data in sorted(files.items()) if name.endswith(".rego")}


# ---- one module out of many, for an engine that takes one file ----

TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|`[^`]*`|#[^\n]*|[A-Za-z_][A-Za-z0-9_]*|\s+|.', re.S)
HEAD = re.compile(r"^(?:default )?([a-z_][A-Za-z0-9_]*)", re.M)
WORDS = {"package", "import", "default", "else", "if", "contains"}


def merged(texts):
    """All modules as one of `package merged`: the rules of each get a prefix, and references below `data` lead there.

    It knows the Rego that Aegis generates and no other: one statement starts on each line that is not indented, and no variable
    has the name of a rule.
    """
    parsed = []
    for number, text in enumerate(texts.values()):
        package = re.search(r"^package (.+)$", text, re.M).group(1).strip()
        path = [name.strip('"') for name in re.findall(r'[A-Za-z_][A-Za-z0-9_]*|"(?:\\.|[^"\\])*"', package)]
        rules = {name for name in HEAD.findall(re.sub(r"^(package|import) .*$", "", text, flags=re.M)) if name not in WORDS}
        parsed.append((path, rules, text))
    prefixes = {}
    for path, _, _ in parsed:
        prefixes.setdefault(tuple(path), f"m{len(prefixes)}_")
    known = {path: set() for path in prefixes}
    for path, rules, _ in parsed:
        known[tuple(path)] |= rules
    body = []
    for path, _, text in parsed:
        text = re.sub(r"^package .*$", "", text, flags=re.M)
        imports = {name.split(".")[-1]: name for name in re.findall(r"^import (data\.[\w.]+)$", text, re.M)}
        text = re.sub(r"^import .*$", "", text, flags=re.M)
        body.append(renamed(text, tuple(path), prefixes, known, imports))
    return "package merged\n\nimport rego.v1\n" + "\n".join(body)


def renamed(text, own, prefixes, known, imports):
    tokens = []
    for token in TOKEN.findall(text):
        alone = not tokens or tokens[-1] != "."
        tokens += TOKEN.findall(imports[token]) if alone and token in imports else [token]
    out, place = [], 0
    while place < len(tokens):
        token = tokens[place]
        follows_dot = bool(out) and out[-1] == "."
        if token == "data" and not follows_dot:
            path, end = reference(tokens, place + 1)
            target = max((prefix for prefix in prefixes if tuple(path[:len(prefix)]) == prefix and len(path) > len(prefix)
                          and path[len(prefix)] in known[prefix]), key=len, default=None)
            if target is not None:
                _, after = reference(tokens, place + 1, most=len(target) + 1)
                out.append(prefixes[target] + path[len(target)])
                place = after
                continue
            out.append(token)
        elif token in known[own] and not follows_dot:
            out.append(prefixes[own] + token)
        else:
            out.append(token)
        place += 1
    return "".join(out)


def reference(tokens, place, most=None):
    """The literal steps of a reference that goes on at `place`, and where they end."""
    path = []
    while place < len(tokens) and (most is None or len(path) < most):
        if tokens[place] == "." and place + 1 < len(tokens) and re.fullmatch(r"\w+", tokens[place + 1]):
            path.append(tokens[place + 1])
            place += 2
        elif tokens[place] == "[" and place + 2 < len(tokens) and tokens[place + 1].startswith('"') and tokens[place + 2] == "]":
            path.append(json.loads(tokens[place + 1]))
            place += 3
        else:
            break
    return path, place


def entry(texts, path=("aegis",), rule="decision"):
    """The name that a rule has in the merged module."""
    seen = {}
    for text in texts.values():
        package = re.search(r"^package (.+)$", text, re.M).group(1).strip()
        names = tuple(name.strip('"') for name in re.findall(r'[A-Za-z_][A-Za-z0-9_]*|"(?:\\.|[^"\\])*"', package))
        seen.setdefault(names, f"m{len(seen)}_")
    return f"data.merged.{seen[path]}{rule}"

#!/usr/bin/env python3
"""Imports point down only: no Swift file imports a target of its own layer's adapters or of a layer above.

The layers are those of docs/architecture.md. A new target must be placed here before it lints, and a new edge shows in
scripts/layers.txt, so that it is seen in review: `scripts/check-layers.py --write` rewrites that file.
"""
import pathlib
import re
import sys

LAYERS = [
    ["CRE2", "CZlib", "Threads"],
    ["RegoValues"],
    ["RegoSyntax"],
    ["RegoCompiler"],
    ["RegoRuntime"],
    ["MerkleLog", "SignedTokens"],
    ["Redaction"],
    ["PolicyBundles", "PolicyDocuments", "Approvals", "AuditTrail"],
    ["Decisions", "PolicyLifecycle"],
    ["AccessControl", "ExportTransport"],
    ["PolicyTesting", "PolicyImpact", "EvidencePacks"],
    ["StateStoreSQLite", "ApprovalChannels", "ObjectStores", "TelemetryExport", "SIEMExport"],
    ["HTTPEndpoints"],
    ["EnvoyAuthorization", "DecisionAPI", "LogWitness", "ControlPlane", "PolicyDelivery"],
    ["aegis"],
    ["AegisTesting", "FuzzTargets", "RepeatableRandomness"],
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
IMPORT = re.compile(r"^\s*(?:@testable\s+)?(?:public |internal |package |private )?import (?:struct |class |enum |func )?(\w+)", re.M)

root = pathlib.Path(__file__).resolve().parent.parent
edges: dict[str, set[str]] = {}
faults = []
for folder in sorted((root / "Sources").iterdir()):
    target = folder.name
    if target not in LEVEL:
        faults.append(f"Sources/{target}: error: the target has no layer; place it in scripts/check-layers.py")
        continue
    for file in sorted(folder.rglob("*.swift")):
        for name in IMPORT.findall(file.read_text()):
            if name not in LEVEL or name == target:
                continue
            edges.setdefault(target, set()).add(name)
            if LEVEL[name] >= LEVEL[target]:
                faults.append(f"{file.relative_to(root)}: error: {target} must not import {name}: it stands in no lower layer")

text = "".join(
    f"{target} -> {' '.join(sorted(edges[target], key=lambda n: (LEVEL[n], n)))}\n"
    for target in sorted(edges, key=lambda n: (LEVEL[n], n))
)
record = root / "scripts/layers.txt"
if "--write" in sys.argv:
    record.write_text(text)
elif not record.exists() or record.read_text() != text:
    faults.append("scripts/layers.txt: error: the target graph has changed; look at it, then run scripts/check-layers.py --write")
print("\n".join(faults), file=sys.stderr, end="\n" if faults else "")
sys.exit(1 if faults else 0)

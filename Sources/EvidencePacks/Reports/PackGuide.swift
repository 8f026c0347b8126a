import MerkleLog

/// `VERIFY.md`: how to check the pack, with `verify.py` or with openssl alone.
struct PackGuide {
    let manifest: PackManifest
    let keys: [PackKey]
    let head: SignedNote
    /// Who has cosigned the head.
    let witness: CosignatureVerifier?
    let isStamped: Bool

    var text: String {
        """
        # How to verify this pack

        Evidence of `\(manifest.log)` from \(manifest.period.from) up to \(manifest.period.to), made at \(manifest.builtAt) by \
        \(manifest.builtBy). You need no software of ours, and no network.

        ## In one command

            pip install cryptography
            python3 verify.py ../PACK.tar.gz

        `verify.py` is in this pack, in some 300 lines that you can read. Whoever could forge the pack could forge that file too:
        take it from another source that you trust, or compare its SHA-256 with the one that your own copy has.

        The pack holds the public keys that it is checked with. Compare them with what you have from elsewhere, or name yours:

            python3 verify.py ../PACK.tar.gz --log-key gw-1.vkey --pack-key evidence.pub.pem --witness-key witness.vkey --checkpoint monday.note

        The key of a witness, or a checkpoint that you kept, shows that nobody has cut the log back or begun another one. A witness
        that you name must have seen every record here, and have seen the log when the period was over.

        | key | signs | SHA-256 of the public key |
        | --- | --- | --- |
        \(keys.map { "| `\($0.name)` | \($0.use.rawValue) | `\($0.fingerprint)` |" }.joined(separator: "\n"))

        ## With openssl and coreutils

        The fingerprint of a key:

            openssl pkey -pubin -in keys/NAME.pub.pem -outform DER | sha256sum

        The attestation, `attestation.dsse.json`, signs the SHA-256 of every other file (DSSE, in-toto Statement v1):

        \(attestationCommands)

            jq -r '.subject[] | "\\(.digest.sha256)  \\(.name)"' statement.json | sha256sum -c

        The newest checkpoint, `log/head.note` (C2SP signed note: the text up to its empty line is signed with Ed25519):

            sed '/^$/,$d' log/head.note > head.txt
            grep -F \(quoted("\u{2014} \(manifest.log) ")) log/head.note | head -n 1 | cut -d' ' -f3 | base64 -d | tail -c 64 > head.sig
            openssl pkeyutl -verify -pubin -inkey keys/\(logKey).pub.pem -rawin -in head.txt -sigfile head.sig

        \(witnessCommands)\(stampCommands)\
        A record's own hash is SHA-256 over the hash before it, as 32 bytes, and the line without its `hash` member. For the first
        record that is kept in this pack:

            grep -hv -e '^{"pruned"' -e '^{"checkpoint"' log/0*.jsonl | sed -n 1p > record
            hash=$(jq -r .hash record)
            { jq -r .prev_hash record | tr -d '\\n' | tr a-f A-F | basenc --base16 -d; tr -d '\\n' < record | sed "s/\\"hash\\":\\"$hash\\",//"; } | sha256sum
            echo "$hash"

        ## What is in it

        | file | holds |
        | --- | --- |
        | `report.html` | the report to read |
        | `manifest.json` | tenant, period, where the records stand in their log, policy versions |
        | `log/*.jsonl` | every record of the period, the last before it and the first after it; between them the log's signed checkpoints |
        \(manifest.schema == 1 ? "" : Self.removals)\
        | `log/head.note`, `log/consistency.json` | a checkpoint of the log, cosigned where it has a witness, and the proof that the records here are a part of it |
        \(isStamped ? "| `log/head.tsr` | when that checkpoint existed, by a time-stamping authority |\n" : "")| `policies/` | every policy version that decided: a signed OPA bundle with its reviews |
        | `keys/` | public keys: as PEM, and listed in `keys.json` |
        | `controls.json` | which records support which controls, counts and samples; `assessment-results.json`: the same as OSCAL |
        | `samples/` | sampled records, each with its C2SP tlog-proof |
        | `attestation.dsse.json` | the signature over all of it |

        Whether a control is met is for you to judge: what is here is evidence.

        """
    }

    // The one that signed the head: a log whose key was rotated has several.
    private var logKey: String {
        let names = head.signatures.map { "log-\(hex($0.identifier))" }
        return keys.first { $0.use == .checkpoints && names.contains($0.name) }?.name ?? "LOG-KEY"
    }

    private func hex(_ identifier: UInt32) -> String {
        let digits = String(identifier, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// A line is found by the name that it begins with, whatever a shell makes of that.
    private func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }

    // Source: c2sp.org/tlog-cosignature.
    private var witnessCommands: String {
        guard let witness else { return "" }
        return """
            The witness `\(witness.name)` has signed the same text, behind a line that says when, in seconds since 1970:

                grep -F \(quoted("\u{2014} \(witness.name) ")) log/head.note | cut -d' ' -f3 | base64 -d > witness.bin
                seen=$((16#$(tail -c +5 witness.bin | head -c 8 | basenc --base16)))
                { printf 'cosignature/v1\\ntime %d\\n' $seen; cat head.txt; } > witness.txt
                tail -c 64 witness.bin > witness.sig
                openssl pkeyutl -verify -pubin -inkey keys/witness-\(witness.hexIdentifier).pub.pem -rawin -in witness.txt -sigfile witness.sig
                date -u -d @$seen


            """
    }

    private var stampCommands: String {
        guard isStamped else { return "" }
        return """
            A time-stamping authority (RFC 3161) has said when `log/head.note` existed; with the authority's certificate, which you have
            from the authority:

                openssl ts -verify -data log/head.note -in log/head.tsr -CAfile \(Self.authority)
                openssl ts -reply -in log/head.tsr -text | grep 'Time stamp:'


            """
    }

    private static let removals = """
        | `removals/` | the log's own words on what retention removed, each with the proof that the head covers it. In `log/*.jsonl` a line `{"pruned":…}` stands \
        in the place of each such record, with its index, its leaf hash and the hashes of the chain |

        """

    private static let authority = "authority.pem"

    private var attestationCommands: String {
        guard let key = keys.first(where: { $0.use == .pack }) else { return "" }
        let check =
            key.algorithm == "Ed25519"
            ? "openssl pkeyutl -verify -pubin -inkey \(key.file) -rawin -in pae -sigfile pack.sig"
            : "openssl dgst -sha256 -verify \(key.file) -signature pack.sig pae"
        return """
                jq -r .payload attestation.dsse.json | base64 -d > statement.json
                jq -r '.signatures[0].sig' attestation.dsse.json | base64 -d > pack.sig
                type=$(jq -r .payloadType attestation.dsse.json)
                { printf 'DSSEv1 %d %s %d ' ${#type} "$type" $(wc -c < statement.json); cat statement.json; } > pae
                \(check)
            """
    }
}

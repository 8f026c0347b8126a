import Approvals
import Crypto
import SignedTokens

/// What S3 calls the retention of an object. Source: "Locking objects with Object Lock", Amazon S3 User Guide.
enum S3ObjectLock {
    /// The headers of a write that locks.
    static func headers(_ retention: ObjectRetention, body: [UInt8]) -> [(name: String, value: String)] {
        var headers = [
            digest(body), (name: "x-amz-object-lock-mode", value: mode(retention)),
            (name: "x-amz-object-lock-retain-until-date", value: StoreTime.extended(retention.until)),
        ]
        if retention.legalHold { headers.append((name: "x-amz-object-lock-legal-hold", value: "ON")) }
        return headers
    }

    /// Requests about locks have to carry a digest of their body, and stores older than S3's checksums know this one alone.
    static func digest(_ body: [UInt8]) -> (name: String, value: String) {
        (name: "content-md5", value: Base64.encodeStandard(Insecure.MD5.hash(data: body)))
    }

    /// Subresources to write, and their bodies.
    static func changes(_ retention: ObjectRetention) -> [(part: String, body: [UInt8])] {
        let namespace = #"xmlns="http://s3.amazonaws.com/doc/2006-03-01/""#
        let until = StoreTime.extended(retention.until)
        var changes = [
            (
                part: "retention",
                body: Array(
                    "<Retention \(namespace)><Mode>\(mode(retention))</Mode><RetainUntilDate>\(until)</RetainUntilDate></Retention>"
                        .utf8)
            )
        ]
        if retention.legalHold {
            changes.append(
                (part: "legal-hold", body: Array("<LegalHold \(namespace)><Status>ON</Status></LegalHold>".utf8)))
        }
        return changes
    }

    /// What the headers of an answer say; nil where no lock with an end is on the object.
    static func read(_ answer: HTTPExchange.Answer) -> ObjectRetention? {
        let modes: [String: ObjectRetention.Mode] = ["COMPLIANCE": .compliance, "GOVERNANCE": .governance]
        guard let mode = answer.header("x-amz-object-lock-mode").flatMap({ modes[$0] }),
            let until = answer.header("x-amz-object-lock-retain-until-date").flatMap(Timestamp.init(parsing:))
        else { return nil }
        return ObjectRetention(
            mode, until: until.seconds, legalHold: answer.header("x-amz-object-lock-legal-hold") == "ON")
    }

    /// Whether a refusal says that the bucket was made without.
    static func isMissing(_ refusal: String) -> Bool {
        refusal.replacing(" ", with: "").lowercased().contains("missingobjectlock")
    }

    private static func mode(_ retention: ObjectRetention) -> String {
        retention.mode == .compliance ? "COMPLIANCE" : "GOVERNANCE"
    }
}

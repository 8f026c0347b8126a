import Approvals
import RegoValues

/// What Google calls the retention of an object. Source: Google Cloud Storage, "Object Retention Lock" and "Object holds".
enum GCSRetention {
    /// The part of an object's metadata that says it. A hold is set and never lifted here.
    static func json(_ retention: ObjectRetention, name: String? = nil) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            if let name { json.field("name", name) }
            json.key("retention")
            json.object { json in
                json.field("mode", retention.mode == .compliance ? "Locked" : "Unlocked")
                json.field("retainUntilTime", StoreTime.extended(retention.until))
            }
            if retention.legalHold {
                json.key("temporaryHold")
                json.boolean(true)
            }
        }
        return json.bytes
    }

    static func read(_ metadata: [UInt8]) -> ObjectRetention? {
        guard let document = try? Document(json: metadata) else { return nil }
        defer { withExtendedLifetime(document) {} }
        let retention = document.root.lookup("retention")
        let modes: [String: ObjectRetention.Mode] = ["Locked": .compliance, "Unlocked": .governance]
        guard let mode = retention.lookup("mode").string.flatMap({ modes[$0] }),
            let until = retention.lookup("retainUntilTime").string.flatMap(Timestamp.init(parsing:))
        else { return nil }
        return ObjectRetention(
            mode, until: until.seconds, legalHold: document.root.lookup("temporaryHold").boolValue == true)
    }
}

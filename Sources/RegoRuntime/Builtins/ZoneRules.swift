#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The offsets of one IANA time zone, from the system's compiled database (RFC 9636).
final class ZoneRules: Sendable {
    /// A stretch of time with one offset from UTC.
    struct Period {
        /// Seconds east of UTC.
        let offset: Int
        let abbreviation: String
        /// From `start` up to `end`, in seconds since 1970.
        var start = Int64.min
        var end = Int64.max
    }

    private let transitions: [Int64]
    /// The period that begins at each transition; one more than transitions, the first for all time before.
    private let periods: [Period]
    private let tail: PosixZone?

    static let utc = ZoneRules(transitions: [], periods: [Period(offset: 0, abbreviation: "UTC")], tail: nil)

    private init(transitions: [Int64], periods: [Period], tail: PosixZone?) {
        self.transitions = transitions
        self.periods = periods
        self.tail = tail
    }

    private static let directories = ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo"]

    /// The rules of a zone such as `Europe/Berlin`; nil for an unknown or unreadable one.
    static func named(_ name: String) -> ZoneRules? {
        guard isValid(name) else { return nil }
        for directory in directories {
            if let bytes = read("\(directory)/\(name)"), let rules = parse(bytes) { return rules }
        }
        return nil
    }

    /// Names cannot leave the database's folder.
    static func isValid(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count < 100 && !name.hasPrefix("/")
            && !name.split(separator: "/", omittingEmptySubsequences: false).contains {
                $0 == ".." || $0 == "." || $0.isEmpty
            }
            && name.utf8.allSatisfy {
                $0 &- 0x30 < 10 || ($0 | 0x20) &- 0x61 < 26 || "/_+-.".utf8.contains($0)
            }
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 18)
        let count = fread(&bytes, 1, bytes.count, file)
        return count > 0 ? Array(bytes[..<count]) : nil
    }

    func period(at seconds: Int64) -> Period {
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        if low == transitions.count, let tail {
            let bound = transitions.last ?? .min
            if let period = tail.period(at: seconds, notBefore: bound) { return period }
        }
        var period = periods[low]
        period.start = low > 0 ? transitions[low - 1] : .min
        period.end = low < transitions.count ? transitions[low] : .max
        return period
    }

    /// The moment when clocks show a civil time; in a gap or overlap, as Go decides.
    func seconds(showing civil: CivilTime) -> Int64 {
        let local = civil.seconds
        let guess = period(at: local)
        let moment = local - Int64(guess.offset)
        if moment >= guess.start && moment < guess.end { return moment }
        return local - Int64(period(at: moment).offset)
    }

    /// Reads the 64-bit part of a compiled zone file.
    static func parse(_ bytes: [UInt8]) -> ZoneRules? {
        guard var header = Header(bytes, at: 0), header.version >= UInt8(ascii: "2") else { return nil }
        guard let second = Header(bytes, at: header.size(timeSize: 4)) else { return nil }
        header = second
        guard bytes.count >= header.end(timeSize: 8), header.typeCount > 0 else { return nil }
        func number(_ at: Int, _ size: Int) -> Int64 {
            var value: Int64 = size == 4 && bytes[at] & 0x80 != 0 || size == 8 && bytes[at] & 0x80 != 0 ? -1 : 0
            for index in at..<at + size { value = value << 8 | Int64(bytes[index]) }
            return value
        }
        let times = header.start + 44
        let indexes = times + header.timeCount * 8
        let types = indexes + header.timeCount
        let names = types + header.typeCount * 6
        let all = (0..<header.typeCount).compactMap { type -> Period? in
            let at = types + type * 6
            let name = names + Int(bytes[at + 5])
            guard name < names + header.nameCount else { return nil }
            let end = bytes[name..<names + header.nameCount].firstIndex(of: 0) ?? name
            return Period(
                offset: Int(number(at, 4)), abbreviation: String(decoding: bytes[name..<end], as: UTF8.self))
        }
        guard all.count == header.typeCount else { return nil }
        let transitions = (0..<header.timeCount).map { number(times + $0 * 8, 8) }
        let isDaylight = (0..<header.typeCount).map { bytes[types + $0 * 6 + 4] != 0 }
        var periods = [all[isDaylight.firstIndex(of: false) ?? 0]]
        for index in 0..<header.timeCount {
            let type = Int(bytes[indexes + index])
            guard type < all.count else { return nil }
            periods.append(all[type])
        }
        let footer = bytes[header.end(timeSize: 8)...].split(separator: 0x0a).first ?? []
        return ZoneRules(
            transitions: transitions, periods: periods, tail: PosixZone(String(decoding: footer, as: UTF8.self)))
    }

    private struct Header {
        let start: Int
        let version: UInt8
        let utcCount: Int
        let standardCount: Int
        let leapCount: Int
        let timeCount: Int
        let typeCount: Int
        let nameCount: Int

        init?(_ bytes: [UInt8], at start: Int) {
            guard start + 44 <= bytes.count, bytes[start..<start + 4].elementsEqual("TZif".utf8) else { return nil }
            func count(_ index: Int) -> Int {
                bytes[start + 20 + index * 4..<start + 24 + index * 4].reduce(0) { $0 << 8 | Int($1) }
            }
            self.start = start
            version = bytes[start + 4]
            (utcCount, standardCount, leapCount) = (count(0), count(1), count(2))
            (timeCount, typeCount, nameCount) = (count(3), count(4), count(5))
            guard [utcCount, standardCount, leapCount, timeCount, typeCount, nameCount].allSatisfy({ $0 < 1 << 16 })
            else { return nil }
        }

        /// Bytes of header and data.
        func size(timeSize: Int) -> Int {
            44 + timeCount * (timeSize + 1) + typeCount * 6 + nameCount + leapCount * (timeSize + 4) + standardCount
                + utcCount
        }

        func end(timeSize: Int) -> Int { start + size(timeSize: timeSize) }
    }
}

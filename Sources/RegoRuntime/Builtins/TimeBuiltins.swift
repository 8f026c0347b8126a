import RegoValues

/// Times are nanoseconds since 1970-01-01T00:00:00Z, alone or as `[ns, zone]` or `[ns, zone, layout]`.
enum TimeBuiltins {
    static let family: Builtins.Family = [
        .init("time.now_ns", now), .init("time.parse_rfc3339_ns", parseRFC3339), .init("time.parse_ns", parse),
        .init("time.parse_duration_ns", parseDuration), .init("time.format", format), .init("time.date", date),
        .init("time.clock", clock), .init("time.weekday", weekday), .init("time.add_date", addDate),
        .init("time.diff", difference),
    ]

    /// nil where 64 bits do not reach: before 1677 and after 2262.
    static func nanoseconds(_ seconds: Int64, _ nanoseconds: Int) -> Int64? {
        // Before 1970 the seconds are rounded down, so counting from the next second keeps the product in range.
        let (whole, part) =
            seconds < 0 ? (seconds + 1, Int64(nanoseconds) - 1_000_000_000) : (seconds, Int64(nanoseconds))
        let (product, overflow) = whole.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = product.addingReportingOverflow(part)
        return overflow || carry ? nil : sum
    }

    private static func number(_ nanoseconds: Int64?) throws(BuiltinError) -> Value {
        guard let nanoseconds else { throw .failure("time outside of valid range") }
        return .integer(nanoseconds)
    }

    static func now(_ a: Arguments, _ context: BuiltinContext) -> Value { .integer(context.now) }

    static func parseRFC3339(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try number(try parsed(try a.text(0), as: "2006-01-02T15:04:05Z07:00"))
    }

    static func parse(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (layout, value) = (try a.text(0), try a.text(1))
        return try number(try parsed(value, as: TimeLayout.named[layout] ?? layout))
    }

    private static func parsed(_ value: String, as layout: String) throws(BuiltinError) -> Int64? {
        do throws(TimeLayout.ParseError) {
            return try TimeLayout(layout).parse(value, layout: layout)
        } catch {
            throw .failure(error.message)
        }
    }

    private static func moment(
        _ a: Arguments, _ position: Int, _ context: BuiltinContext
    ) throws(BuiltinError) -> (time: ZonedTime, rules: ZoneRules, layout: String) {
        var rules = ZoneRules.utc
        var layout = ""
        var number = a[position]
        if number.kind == .array {
            let parts = number.elements
            guard let first = parts.first else {
                throw .wrongType(0, number, ["either number (ns) or [number (ns), string (tz)]"])
            }
            number = first
            if number.kind != .number { throw .wrongType(0, number, ["number"]) }
            if parts.count > 1 { rules = try zone(parts[1], context) }
            if parts.count > 2 {
                guard let text = parts[2].string else { throw .wrongType(0, parts[2], ["string"]) }
                layout = text
            }
        } else if number.kind != .number {
            throw .wrongType(0, number, ["either number (ns) or [number (ns), string (tz)]"])
        }
        guard let nanoseconds = number.int64 else { throw .failure("timestamp too big") }
        return (ZonedTime(unixNanoseconds: nanoseconds, in: rules), rules, layout)
    }

    private static func zone(_ value: Value, _ context: BuiltinContext) throws(BuiltinError) -> ZoneRules {
        guard let name = value.string else { throw .wrongType(0, value, ["string"]) }
        if name.isEmpty || name == "UTC" { return .utc }
        guard let rules = context.zone(name) else { throw .failure("unknown time zone \(name)") }
        return rules
    }

    static func format(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (time, _, layout) = try moment(a, 0, context)
        let text = TimeLayout.named[layout.isEmpty ? "RFC3339Nano" : layout] ?? layout
        return context.heap.string(TimeLayout(text).format(time))
    }

    static func date(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let civil = try moment(a, 0, context).time.civil
        return context.heap.array([.integer(civil.year), .integer(civil.month), .integer(civil.day)])
    }

    static func clock(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let civil = try moment(a, 0, context).time.civil
        return context.heap.array([.integer(civil.hour), .integer(civil.minute), .integer(civil.second)])
    }

    static func weekday(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        context.heap.string(CivilTime.weekdayNames[try moment(a, 0, context).time.civil.weekday])
    }

    /// Days beyond a month's end count on into the next month.
    static func addDate(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (time, rules, _) = try moment(a, 0, context)
        let (years, months, days) = (try a.integer(1), try a.integer(2), try a.integer(3))
        guard [years, months, days].allSatisfy({ $0.magnitude < 1_000_000 }) else {
            throw .failure("time outside of valid range")
        }
        var civil = time.civil
        civil.year += years
        civil.month += months
        civil.day += days
        return try number(nanoseconds(rules.seconds(showing: civil), time.nanoseconds))
    }

    /// Years, months, days, hours, minutes and seconds between two times, in the first one's zone.
    static func difference(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (first, rules, _) = try moment(a, 0, context)
        let (second, _, _) = try moment(a, 1, context)
        let other = CivilTime(seconds: second.seconds + Int64(rules.period(at: second.seconds).offset))
        let isSwapped =
            first.seconds > second.seconds
            || (first.seconds == second.seconds && first.nanoseconds > second.nanoseconds)
        let (early, late) = isSwapped ? (other, first.civil) : (first.civil, other)
        var (year, month, day) = (late.year - early.year, late.month - early.month, late.day - early.day)
        var (hour, minute, second2) = (late.hour - early.hour, late.minute - early.minute, late.second - early.second)
        if second2 < 0 { (second2, minute) = (second2 + 60, minute - 1) }
        if minute < 0 { (minute, hour) = (minute + 60, hour - 1) }
        if hour < 0 { (hour, day) = (hour + 24, day - 1) }
        if day < 0 { (day, month) = (day + CivilTime.days(in: early.month, of: early.year), month - 1) }
        if month < 0 { (month, year) = (month + 12, year - 1) }
        return context.heap.array([year, month, day, hour, minute, second2].map { .integer($0) })
    }

    /// Go's durations, such as `1h15m30.5s` or `-3µs`.
    static func parseDuration(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let text = try a.text(0)
        var rest = Substring(text)
        let invalid = BuiltinError.failure("time: invalid duration \(GoText.quoted(text))")
        var isNegative = false
        if rest.first == "-" || rest.first == "+" {
            isNegative = rest.first == "-"
            rest = rest.dropFirst()
        }
        if rest == "0" { return .integer(0) }
        if rest.isEmpty { throw invalid }
        var total: UInt64 = 0
        while !rest.isEmpty {
            let whole = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(whole.count)
            var fraction: Substring = ""
            if rest.first == "." {
                rest = rest.dropFirst()
                fraction = rest.prefix { $0.isASCII && $0.isNumber }
                rest = rest.dropFirst(fraction.count)
            }
            if whole.isEmpty && fraction.isEmpty { throw invalid }
            let unit = rest.prefix { $0 != "." && !($0.isASCII && $0.isNumber) }
            if unit.isEmpty { throw .failure("time: missing unit in duration \(GoText.quoted(text))") }
            guard let size = unitSizes[String(unit)] else {
                throw .failure(
                    "time: unknown unit \(GoText.quoted(String(unit))) in duration \(GoText.quoted(text))")
            }
            rest = rest.dropFirst(unit.count)
            guard let count = whole.isEmpty ? 0 : UInt64(whole) else { throw invalid }
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            let part = fraction.isEmpty ? 0 : UInt64((Double("0." + fraction) ?? 0) * Double(size))
            let (sum, carry) = total.addingReportingOverflow(product)
            let (all, carry2) = sum.addingReportingOverflow(part)
            if overflow || carry || carry2 || all > 1 << 63 { throw invalid }
            total = all
        }
        if isNegative { return .integer(Int64(truncatingIfNeeded: 0 &- total)) }
        guard let positive = Int64(exactly: total) else { throw invalid }
        return .integer(positive)
    }

    private static let unitSizes: [String: UInt64] = [
        "ns": 1, "us": 1000, "µs": 1000, "μs": 1000, "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000,
        "h": 3_600_000_000_000,
    ]
}

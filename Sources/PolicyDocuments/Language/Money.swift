/// An amount of money as policies write it: `$20`, `€0.50`, `20 USD`. Exact, in micro-units of its currency.
package struct Money: Sendable, Equatable {
    package let micros: Int64
    /// ISO 4217.
    package let currency: String

    private static let symbols: [Character: String] = ["$": "USD", "€": "EUR", "£": "GBP"]

    package init?(_ text: String) {
        let amount: Substring
        if let first = text.first, let known = Self.symbols[first] {
            currency = known
            amount = text.dropFirst()
        } else {
            let parts = text.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 2, parts[1].utf8.count == 3, parts[1].utf8.allSatisfy({ (65...90).contains($0) })
            else {
                return nil
            }
            currency = String(parts[1])
            amount = parts[0]
        }
        guard !amount.contains("e"), !amount.contains("E"), let decimal = ExactDecimal(String(amount)),
            decimal.isPositive, let micros = decimal.scaled(by: 6)
        else { return nil }
        self.micros = micros
    }
}

/// A whole number of seconds, minutes, hours or days: `45s`, `30m`, `8h`, `7d`. At most ten years.
package struct WholeDuration: Sendable, Equatable {
    package let seconds: Int

    package init?(_ text: String) {
        guard let unit = text.last, let factor = ["s": 1, "m": 60, "h": 3600, "d": 86400][unit] else { return nil }
        let digits = text.dropLast()
        guard digits.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int(digits), count > 0,
            count <= 3650 * 86400 / factor
        else { return nil }
        seconds = count * factor
    }
}

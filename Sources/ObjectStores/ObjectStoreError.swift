/// Why an object store refused or failed.
public struct ObjectStoreError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        /// The address of a store cannot be used.
        case addressInvalid = "store.address-invalid"
        case keyInvalid = "store.key-invalid"
        case credentialsMissing = "store.credentials-missing"
        case accessDenied = "store.access-denied"
        /// The bucket, or the folder, is not there.
        case storeMissing = "store.missing"
        /// Somebody else wrote first.
        case conditionFailed = "store.condition-failed"
        case tooLarge = "store.too-large"
        /// The store answered something that it never should.
        case answerInvalid = "store.answer-invalid"
        /// The store does not answer, or says that it cannot now.
        case unavailable = "store.unavailable"
        case unsupported = "store.unsupported"
    }

    public let code: Code
    public let message: String
    /// The object or the store.
    public let location: String?
    public let fix: String?

    public init(_ code: Code, _ message: String, location: String? = nil, fix: String? = nil) {
        self.code = code
        self.message = Self.printable(message)
        self.location = location
        self.fix = fix
    }

    public var description: String {
        let place = location.map { "\($0): " } ?? ""
        let remedy = fix.map { "\nfix: \($0)" } ?? ""
        return "\(place)error: \(message) [\(code.rawValue)]\(remedy)"
    }

    /// What a server answered is quoted; it shall neither steer a terminal nor begin a line in a log, nor be a book.
    private static func printable(_ text: String) -> String {
        let scalars = text.unicodeScalars.prefix(500).map { scalar -> Unicode.Scalar in
            let isControl =
                scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || [0x2028, 0x2029].contains(scalar.value)
            return isControl ? "\u{fffd}" : scalar
        }
        return String(String.UnicodeScalarView(scalars))
    }
}

/// Where a bucket is and how it is asked.
public struct S3Address: Sendable, Hashable {
    public let bucket: String
    /// Without slashes at its ends; may be empty.
    public let prefix: String
    public let region: String
    /// Scheme, host and port.
    let endpoint: String
    /// Whether the bucket stands in the path rather than in the host's name.
    let isPathStyle: Bool

    /// - Parameter environment: `AWS_REGION`, `AWS_DEFAULT_REGION`, `AWS_ENDPOINT_URL_S3` and `AWS_ENDPOINT_URL` stand in for what the address
    ///   leaves out.
    init(_ address: StoreAddress, environment: [String: String]) throws(ObjectStoreError) {
        func variable(_ names: String...) -> String? {
            names.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        try address.checkOptions(["region", "endpoint", "style"])
        bucket = address.container
        prefix = address.prefix
        guard Self.isBucketName(bucket) else {
            throw address.invalid("`\(bucket)` cannot be the name of a bucket")
        }
        let given = address.options["region"] ?? variable("AWS_REGION", "AWS_DEFAULT_REGION")
        let region = given ?? S3Profile(environment: environment).region ?? "us-east-1"
        guard region.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "/") }), region.utf8.count <= 64
        else {
            throw address.invalid("`\(region)` cannot be a region")
        }
        self.region = region
        let custom = address.options["endpoint"] ?? variable("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
        switch address.options["style"] {
        case "path": isPathStyle = true
        case "virtual": isPathStyle = false
        case nil:
            // A certificate for *.s3.REGION.amazonaws.com does not cover a name with a dot in it.
            isPathStyle = custom != nil || bucket.contains(".")
        case let other?:
            throw address.invalid("`style` is `\(other)`; it is path or virtual")
        }
        if let custom {
            endpoint = try address.checkedEndpoint(custom)
        } else {
            endpoint = "https://s3.\(region).amazonaws.com" + (region.hasPrefix("cn-") ? ".cn" : "")
        }
    }

    var host: String {
        let plain = String(endpoint.drop { $0 != ":" }.dropFirst(3))
        return isPathStyle ? plain : "\(bucket).\(plain)"
    }

    private var scheme: String { String(endpoint.prefix { $0 != ":" }) }

    /// The path of a key as it is signed and sent; of the bucket itself for nil.
    func path(_ key: String?) -> String {
        let whole = (isPathStyle ? "/" + bucket : "") + "/" + (key.map(qualified) ?? "")
        return ObjectKey.escaped(whole, keepingSlashes: true)
    }

    func qualified(_ key: String) -> String { prefix.isEmpty ? key : prefix + "/" + key }

    func url(path: String, query: String) -> String {
        "\(scheme)://\(host)\(path)" + (query.isEmpty ? "" : "?" + query)
    }

    private static func isBucketName(_ name: String) -> Bool {
        (3...63).contains(name.utf8.count) && !name.contains("..")
            && name.utf8.allSatisfy {
                (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d || $0 == 0x2e
            }
    }
}

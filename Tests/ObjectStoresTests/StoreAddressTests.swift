import Testing

@testable import ObjectStores

@Suite struct StoreAddressTests {
    @Test(
        arguments: [
            ("s3://bundles/a/b", [:], "bundles.s3.us-east-1.amazonaws.com", "/a/b/k"),
            ("s3://bundles", ["AWS_REGION": "eu-west-1"], "bundles.s3.eu-west-1.amazonaws.com", "/k"),
            (
                "s3://bundles?region=cn-north-1", ["AWS_REGION": "eu-west-1"], "bundles.s3.cn-north-1.amazonaws.com.cn",
                "/k"
            ),
            ("s3://my.bundles/x/", [:], "s3.us-east-1.amazonaws.com", "/my.bundles/x/k"),
            ("s3://bundles?endpoint=http://127.0.0.1:9000/", [:], "127.0.0.1:9000", "/bundles/k"),
            (
                "s3://bundles/p?style=virtual", ["AWS_ENDPOINT_URL_S3": "https://minio.example"],
                "bundles.minio.example", "/p/k"
            ),
            ("s3://bundles", ["AWS_ENDPOINT_URL": "https://minio.example"], "minio.example", "/bundles/k"),
            ("s3://bundles/a%20b", ["AWS_DEFAULT_REGION": ""], "bundles.s3.us-east-1.amazonaws.com", "/a%20b/k"),
        ] as [(String, [String: String], String, String)])
    func `an address says which host and which path are asked`(
        text: String, environment: [String: String], host: String, path: String
    ) throws {
        let environment = environment.merging(["HOME": "/nonexistent"]) { $1 }
        let address = try S3Address(StoreAddress(text), environment: environment)
        #expect(address.host == host)
        #expect(address.path("k") == path)
    }

    @Test(arguments: [
        ("bundles", "this is no address of a store"), ("ftp://x/y", "this is no address of a store"),
        ("file://host/x", "a folder is written file:///PATH, with three slashes"),
        ("file:///x?region=y", "the option `region` is unknown; it takes none"),
        ("s3://bundles?regoin=eu", "the option `regoin` is unknown; known are region, endpoint, style"),
        ("s3://bundles?region", "`region` is no OPTION=VALUE, or stands there twice"),
        ("s3://bundles?region=a&region=b", "`region=b` is no OPTION=VALUE, or stands there twice"),
        ("s3://bundles?style=dns", "`style` is `dns`; it is path or virtual"),
        ("s3://bundles?endpoint=minio:9000", "the endpoint `minio:9000` is not https://HOST[:PORT]"),
        ("s3://bundles?endpoint=http://u:p@h", "the endpoint `http://u:p@h` is not https://HOST[:PORT]"),
        ("s3://bundles?endpoint=http://h/path", "the endpoint `http://h/path` is not https://HOST[:PORT]"),
        ("s3://Bundles", "`Bundles` cannot be the name of a bucket"), ("s3://", "`` cannot be the name of a bucket"),
        ("s3://bundles?region=a%20b", "`a b` cannot be a region"),
        ("s3://bundles/..", "`..` cannot be the name of an object"),
        ("s3://bundles/%ff", "the path is not percent-encoded UTF-8"), ("gs://b", "`b` cannot be the name of a bucket"),
        ("gs://bundles?region=x", "the option `region` is unknown; known are endpoint"),
    ])
    func `an address that cannot be used is refused`(text: String, message: String) {
        let error = #expect(throws: ObjectStoreError.self) { try StoreAddress(text).open(environment: [:]) }
        #expect(
            error?.description == """
                \(text): error: \(message) [store.address-invalid]
                fix: write it as file:///var/lib/bundles, s3://BUCKET/PREFIX?region=REGION or gs://BUCKET/PREFIX
                """)
    }
}

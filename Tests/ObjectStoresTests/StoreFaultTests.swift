import Testing

@testable import ObjectStores

/// What a store that fails, lies or dawdles comes to.
@Suite struct StoreFaultTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let kind: StoreKind
        let fault: BucketServer.Fault
        let code: ObjectStoreError.Code
        let message: String
        var testDescription: String { "\(kind.rawValue): \(name)" }

        init(
            _ name: String, _ kind: StoreKind, _ fault: BucketServer.Fault, _ code: ObjectStoreError.Code,
            _ message: String
        ) {
            self.name = name
            self.kind = kind
            self.fault = fault
            self.code = code
            self.message = message
        }
    }

    static func xml(_ code: String, _ more: String = "") -> String {
        "<?xml version='1.0'?><Error><Code>\(code)</Code>\(more)</Error>"
    }

    static let cases = [
        Case(
            "no rights", .s3, .status(403, xml("AccessDenied", "<Message>Access &lt;Denied&gt;</Message>")),
            .accessDenied,
            """
            s3://bundles/pre fix/acme/latest: error: status 403, AccessDenied: Access <Denied> [store.access-denied]
            fix: check the credentials and their rights: s3:GetObject, s3:PutObject, s3:ListBucket
            """),
        Case(
            "a clock that is wrong", .s3, .status(403, xml("RequestTimeTooSkewed")), .accessDenied,
            """
            s3://bundles/pre fix/acme/latest: error: status 403, RequestTimeTooSkewed [store.access-denied]
            fix: set this machine's clock
            """),
        Case(
            "another region", .s3, .status(400, xml("AuthorizationHeaderMalformed", "<Region>eu-west-3</Region>")),
            .addressInvalid,
            """
            s3://bundles/pre fix/acme/latest: error: the bucket is not in the region us-east-1 [store.address-invalid]
            fix: add ?region=eu-west-3 to the address
            """),
        Case(
            "no bucket", .s3, .status(404, xml("NoSuchBucket")), .storeMissing,
            """
            s3://bundles/pre fix/acme/latest: error: there is no bucket `bundles` [store.missing]
            fix: create it, or check the address
            """),
        Case(
            "a captive portal", .s3, .garbage, .answerInvalid,
            """
            s3://bundles/pre fix/acme/latest: error: the store's answer is none: an object without ETag [store.answer-invalid]
            fix: is this an S3 store?
            """),
        Case(
            "control characters in a message", .s3, .status(400, xml("Bad\u{1b}[2J\nCode")), .answerInvalid,
            "s3://bundles/pre fix/acme/latest: error: status 400, Bad\u{fffd}[2J\u{fffd}Code [store.answer-invalid]"),
        Case(
            "no rights", .gcs, .status(403, #"{"error":{"message":"no access"}}"#), .accessDenied,
            """
            gs://bundles/pre fix/acme/latest: error: status 403, no access [store.access-denied]
            fix: give the account roles/storage.objectUser on the bucket
            """),
        Case(
            "no bucket", .gcs, .status(404, #"{"error":{"message":"The specified bucket does not exist."}}"#),
            .storeMissing,
            """
            gs://bundles/pre fix/acme/latest: error: status 404, The specified bucket does not exist. [store.missing]
            fix: create the bucket, or check the address
            """),
        Case(
            "a captive portal", .gcs, .garbage, .answerInvalid,
            "gs://bundles/pre fix/acme/latest: error: the store's answer is none: no JSON [store.answer-invalid]"),
    ]

    @Test(arguments: cases)
    func `a refusal says what, where and how to fix it`(fault: Case) async throws {
        try await fault.kind.run { store, server in
            server?.fail(fault.fault)
            let error = await #expect(throws: ObjectStoreError.self) {
                _ = try await store.get("acme/latest", unless: nil, limit: 100)
            }
            #expect(error?.code == fault.code)
            #expect(error?.description == fault.message)
        }
    }

    @Test(arguments: [StoreKind.s3, .gcs])
    func `a fault that passes is not noticed`(kind: StoreKind) async throws {
        try await kind.run { store, server in
            let tag = try await store.put([9], at: "k", when: .any)
            server?.fail(.status(500, "oops"), .status(503, "slow down"))
            #expect(try await store.get("k", unless: nil, limit: 10) == .object([9], tag: tag))
        }
    }

    @Test(arguments: [StoreKind.s3, .gcs])
    func `a fault that stays is told after three attempts`(kind: StoreKind) async throws {
        try await kind.run { store, server in
            server?.fail(.status(500, ""), .status(502, ""), .status(503, ""), .status(500, ""))
            let error = await #expect(throws: ObjectStoreError.self) {
                _ = try await store.get("k", unless: nil, limit: 10)
            }
            #expect(error?.code == .unavailable && error?.message == "status 503")
            #expect(server?.seen.count == 3)
        }
    }

    @Test func `whoever answers too slowly does not answer`() async throws {
        for fault in [BucketServer.Fault.silence, .trickle] {
            try await BucketServer.run { server in
                server.fail(fault)
                var exchange = HTTPExchange(.get, server.endpoint + "/bundles/k?secret=1")
                exchange.deadline = .milliseconds(300)
                let error = await #expect(throws: ObjectStoreError.self) { _ = try await exchange.run() }
                #expect(
                    error?.description
                        == "\(server.endpoint)/bundles/k: error: no whole answer within 0.3 s [store.unavailable]")
            }
        }
    }

    @Test func `nobody at the address is told as that`() async throws {
        let port = try await BucketServer.run { $0.port }
        let error = await #expect(throws: ObjectStoreError.self) {
            _ = try await HTTPExchange(.get, "http://127.0.0.1:\(port)/x").run()
        }
        #expect(error?.code == .unavailable && error?.message.hasPrefix("nobody answers") == true)
    }

    @Test(arguments: [StoreKind.s3, .gcs])
    func `an absent object is absent, whatever the bucket is called`(kind: StoreKind) async throws {
        try await kind.run(bucket: "the-bucket-does-not-exist") { objects, _ in
            for key in ["bucket/latest", "acme/the bucket does not exist"] {
                #expect(try await objects.get(key, unless: nil, limit: 10) == .absent)
                _ = try await objects.put([1], at: key, when: .absent)
            }
        }
    }

    @Test func `a conflict with a write under way is tried again, and is not taken for its outcome`() async throws {
        try await StoreKind.s3.run { objects, server in
            let server = try #require(server)
            let conflict = BucketServer.Fault.status(409, Self.xml("ConditionalRequestConflict"))
            server.fail(conflict, conflict)
            _ = try await objects.put([1, 2], at: "acme/latest", when: .absent)
            #expect(server.seen.count == 3)
            server.fail(conflict, conflict, conflict)
            let error = await #expect(throws: ObjectStoreError.self) {
                _ = try await objects.put([3], at: "acme/other", when: .absent)
            }
            #expect(
                error?.description == """
                    s3://bundles/pre fix/acme/other: error: others write it at this very moment [store.unavailable]
                    fix: try again
                    """)
        }
    }
}

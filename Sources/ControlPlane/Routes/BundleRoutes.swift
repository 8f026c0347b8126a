import AccessControl
import Approvals
import Decisions
import HTTPEndpoints
import HTTPTypes
import Hummingbird
import PolicyBundles

/// The bundles of a tenant that were active here. A version's bytes never change, so that its digest is its tag.
struct BundleRoutes: EndpointSet {
    let gate: AccessGate
    let bundles: any BundleVersions

    private static let version = Operation.Parameter(
        "version", in: .path, .integer(1...Int(Int32.max)), "The version.")

    static let list = Operation(
        .get, "/v1/tenants/{tenant}/bundles", id: "listBundles", tag: "bundles", access: .person(.seePolicies),
        summary: "The versions, newest first.",
        parameters: [
            .tenant, .init("limit", in: .query, .integer(1...Page.largest), "How many; 100 where absent."),
            .init("before", in: .query, .integer(1...Int(Int32.max)), "`next` of the page before."),
        ],
        answers: [
            .ok(
                "The versions.",
                .object([
                    .init("versions", .list(.integer(1...Int(Int32.max)))),
                    .init(
                        "next", .nullable(.integer(1...Int(Int32.max))), "`before` of the next page; null at the end."),
                ]))
        ])
    static let show = Operation(
        .get, "/v1/tenants/{tenant}/bundles/{version}", id: "showBundle", tag: "bundles",
        access: .person(.seePolicies), summary: "What a version's manifest says.", parameters: [.tenant, version],
        answers: [.ok("The version.", .named("Bundle"), headers: ["etag"])], problems: [429, 503])
    static let archive = Operation(
        .get, "/v1/tenants/{tenant}/bundles/{version}/archive", id: "getBundle", tag: "bundles",
        access: .person(.seePolicies), summary: "A version's signed archive, byte for byte.",
        parameters: [
            .tenant, version, .init("if-none-match", in: .header, .text(), "The `etag` that the caller has."),
        ],
        answers: [
            .init(200, "The archive.", .text(), contentType: "application/gzip", headers: ["etag"]),
            .init(304, "The caller has it."),
        ], problems: [429, 503])

    var schemas: [String: Schema] {
        [
            "Bundle": .object(
                [
                    .init("tenant", .text()), .init("version", .integer(1...Int.max)), .init("digest", .text()),
                    .init(
                        "manifest", .object([], open: true),
                        "The archive's `.manifest`: region, parent, author, reviews, controls and all else."),
                ], open: true)
        ]
    }

    /// Where archives are read, which may be large.
    let readers = TrialDesk.ofHistories

    var endpoints: [Endpoint] {
        [
            Endpoint(Self.list) { request, context in
                let (_, tenant) = try gate.enter(Self.list, request, context)
                let limit = try request.number("limit", in: 1...Page.largest) ?? 100
                let before = try request.number("before", in: 1...Int(Int32.max)) ?? .max
                let versions = try await bundles.versions(tenant: tenant).filter { $0 < before }.reversed()
                var json = JSONText()
                json.object { json in
                    json.key("versions")
                    json.array { json in for version in versions.prefix(limit) { json.integer(Int64(version)) } }
                    json.key("next")
                    if versions.count > limit, let last = versions.prefix(limit).last {
                        json.integer(Int64(last))
                    } else {
                        json.null()
                    }
                }
                return Response(json: json.bytes)
            },
            Endpoint(Self.show) { request, context in
                let (_, tenant) = try gate.enter(Self.show, request, context)
                let (version, archive) = try await archive(context, tenant)
                let bundle = try await readers.run(for: tenant) { try UnverifiedBundle(archive: archive, name: tenant) }
                guard let file = bundle.files.first(where: { $0.path == BundleManifest.path }) else {
                    throw Problem.fault
                }
                var json = JSONText()
                json.object { json in
                    json.field("tenant", tenant)
                    json.field("version", Int64(version))
                    json.field("digest", bundle.digest.description)
                    json.key("manifest")
                    json.raw(file.bytes)
                }
                var response = Response(json: json.bytes)
                response.headers[.eTag] = "\"\(bundle.digest)\""
                return response
            },
            Endpoint(Self.archive) { request, context in
                let (_, tenant) = try gate.enter(Self.archive, request, context)
                let (_, archive) = try await archive(context, tenant)
                let tag = try await readers.run(for: tenant) { "\"\(BundleDigest(of: archive))\"" }
                let known = (request.headers[.ifNoneMatch] ?? "").split(separator: ",")
                    .map { $0.trimming { $0 == " " } }
                if known.contains(Substring(tag)) || known == ["*"] {
                    return Response(status: .notModified, headers: [.eTag: tag])
                }
                return Response(
                    status: .ok,
                    headers: [.contentType: "application/gzip", .eTag: tag, .cacheControl: "private, no-cache"],
                    body: ResponseBody(byteBuffer: ByteBuffer(bytes: archive)))
            },
        ]
    }

    /// A version that is stored was verified when it became active: its manifest is one JSON object.
    private func archive(
        _ context: BasicRequestContext, _ tenant: String
    ) async throws -> (version: Int, bytes: [UInt8]) {
        let missing = AccessError(.notFound, "there is no such version")
        guard let text = context.parameters.get("version"), let version = Int(text), version >= 1,
            String(version) == text
        else { throw missing }
        let archive = try await readers.run(for: tenant) { [bundles] in
            try await bundles.archive(tenant: tenant, version: version)
        }
        guard let archive else { throw missing }
        return (version, archive)
    }
}

extension Substring {
    fileprivate func trimming(_ isBlank: (Character) -> Bool) -> Substring {
        var rest = drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }
}

import AccessControl
import Approvals
import Decisions
import HTTPEndpoints
import HTTPTypes
import Hummingbird
import PolicyBundles
import PolicyLifecycle
import RegoSyntax
import SignedTokens

/// Takes steps of histories for people whose keys are elsewhere: works out what a step would sign, says so, and goes on once the
/// signature is handed in. Nothing is kept in between; the same request comes again with one signature more.
struct StepDesk: Sendable {
    /// Adds to a history, and says what came of it.
    typealias Step = @Sendable (_ history: inout PolicyHistory, _ by: Signing) async throws -> Response

    /// With which key, and when.
    struct Signing: Sendable {
        let signer: any Signer
        let time: UTCTime
        /// Whether the key is this server's own, which signs for whoever may publish.
        let isOwn: Bool
    }

    let store: any HistoryStore
    let desk: TrialDesk
    let recorder: StepRecorder
    /// This server's own key, which publishes what was approved; nil where it has none.
    let signer: (any Signer)?
    let now: @Sendable () -> Timestamp

    /// A signer before an HSM may take half a minute for each of its signatures, and a store its time.
    private static let patience: Duration = .seconds(300)
    private static let mostSignatures = 16

    static let fields: Set<String> = ["key", "at", "signatures"]
    static func schema(keyRequired: Bool) -> [Schema.Field] {
        [
            .init(
                "key", keyRequired ? .text(1...128) : .nullable(.text(1...128)), required: keyRequired,
                keyRequired
                    ? "The key of the trust root that signs the step."
                    : "The key of the trust root that signs; where absent, this server's own."),
            .init("at", .nullable(.time), required: false, "When, as it is signed: `at` of the answer before."),
            .init(
                "signatures", .nullable(.map(.text())), required: false,
                "What was asked for so far: base64url by the `id` of each text."),
        ]
    }
    static let toSign = Operation.Answer(202, "A signature is wanted: send the same again with it.", .named("ToSign"))
    static let schemas: [String: Schema] = [
        "ToSign": .object(
            [
                .init("key", .text()),
                .init("at", .time, "Send it along, so that the same is signed."),
                .init(
                    "to_sign",
                    .object([
                        .init("id", .text()),
                        .init(
                            "text", .text(),
                            "The ASCII bytes to sign, by the algorithm of the key (RFC 7515, section 5.1)."),
                    ])),
            ], open: true)
    ]

    /// - Parameters:
    ///   - ring: the keys that count; nil: those of the history's newest trust root.
    ///   - takesOwn: whether the server's own key signs where the request names none.
    func take(
        _ body: JSONBody, by person: Principal, in tenant: String, ring: KeyRing? = nil, takesOwn: Bool = false,
        _ step: @escaping Step
    ) async throws -> Response {
        let keyName = try body.text("key", atMost: 128)
        let time = UTCTime(seconds: (try body.time("at") ?? now()).nanoseconds / 1_000_000_000)
        let signatures = try Self.signatures(body)
        guard takesOwn || keyName != nil else {
            throw AdmissionError.malformed("`key` is missing: who takes this step signs it with a key of their own")
        }
        let current = UTCTime(seconds: now().nanoseconds / 1_000_000_000)
        let (outcome, added) = try await desk.run(for: tenant, patience: Self.patience) { [store, signer] in
            do throws(LifecycleError) { try PolicyHistory.checkIsOfNow(time, now: current) } catch {
                throw Problem(error)
            }
            var history: PolicyHistory
            do throws(LifecycleError) { history = try await PolicyHistory.open(tenant: tenant, in: store) } catch {
                throw Problem(error)
            }
            let before = history.events.count
            let outcome: Result<Response, any Error>
            if let keyName {
                let handedIn = HandedInSigner(
                    try Self.key(keyName, in: ring ?? history.state.trust), signatures: signatures)
                let signing = Signing(signer: handedIn, time: time, isOwn: false)
                outcome = await Self.result(of: step, on: &history, signing) {
                    handedIn.wanted.map { Self.answer(wanting: $0, key: keyName, time) }
                }
            } else if let signer {
                outcome = await Self.result(of: step, on: &history, Signing(signer: signer, time: time, isOwn: true))
            } else {
                throw Problem(
                    .conflict, "no_signer", "nobody signs", "this server has no key of its own: name one as `key`")
            }
            return (outcome, Array(history.events.dropFirst(before)))
        }
        // Also of a step that broke off: what was added stands.
        try await recorder.record(added, by: person)
        return try outcome.get()
    }

    /// Answers a question to a tenant's history that takes work and adds nothing.
    func look(
        _ body: JSONBody, in tenant: String,
        _ question: @escaping @Sendable (PolicyHistory, UTCTime) async throws -> Response
    ) async throws -> Response {
        let time = UTCTime(seconds: (try body.time("at") ?? now()).nanoseconds / 1_000_000_000)
        return try await desk.run(for: tenant) { [store] in
            do {
                return try await question(PolicyHistory.open(tenant: tenant, in: store), time)
            } catch { throw Self.problem(error) }
        }
    }

    private static func result(
        of step: Step, on history: inout PolicyHistory, _ signing: Signing, wanting: () -> Response? = { nil }
    ) async -> Result<Response, any Error> {
        do {
            return .success(try await step(&history, signing))
        } catch {
            return wanting().map { .success($0) } ?? .failure(problem(error))
        }
    }

    private static func signatures(_ body: JSONBody) throws -> [String: [UInt8]] {
        var signatures: [String: [UInt8]] = [:]
        for (id, text) in try body.contents("signatures", atMost: mostSignatures) ?? [] {
            guard let bytes = Base64.decodeURL(Array(text.utf8)), (1...1024).contains(bytes.count) else {
                throw AdmissionError.malformed("`signatures` has one that is not base64url without padding")
            }
            signatures[id] = bytes
        }
        return signatures
    }

    private static func key(_ name: String, in ring: KeyRing) throws -> VerificationKey {
        guard let key = ring[name]?.key else {
            throw Problem(LifecycleError(.keyUnknown, "the trust root does not name the key `\(name)`"))
        }
        return key
    }

    private static func answer(wanting message: [UInt8], key: String, _ time: UTCTime) -> Response {
        Response.json(.accepted) { json in
            json.object { json in
                json.field("key", key)
                json.field("at", time.description)
                json.key("to_sign")
                json.object { json in
                    json.field("id", HandedInSigner.id(of: message))
                    json.field("text", String(decoding: message, as: UTF8.self))
                }
            }
        }
    }

    /// What speaks against a step, as the API says it.
    private static func problem(_ error: any Error) -> any Error {
        switch error {
        case let error as LifecycleError: return Problem(error)
        case let error as Diagnostics: return Problem(error)
        case let error as BundleStoreError:
            let isBusy = error.code == .unavailable || error.code == .contended
            return Problem(
                isBusy ? .serviceUnavailable : .conflict, error.code.rawValue, "the store does not take the version",
                error.message + "; send the request again when the store is well: it finishes what it began")
        case let error as BundleError:
            return Problem(.unprocessableContent, error.code.rawValue, "this makes no bundle", error.message)
        case let error as TokenError:
            return Problem(.conflict, error.code.rawValue, "it could not be signed", error.message)
        default: return error
        }
    }
}

extension SignedEvent {
    /// The answer to whoever took the step.
    func response(_ status: HTTPResponse.Status = .created) -> Response { Response(status: status, json: bytes) }
}

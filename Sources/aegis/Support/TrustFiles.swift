import Foundation
import SignedTokens

/// What `--trust` names: public keys (`NAME.pub.pem`), which may do everything, and signed trust roots (`.json`).
enum TrustFiles {
    static func isRoot(_ path: String) -> Bool { path.hasSuffix(".json") }

    /// One ring out of all of them.
    /// - Throws: ``TokenError`` with the file.
    static func ring(_ paths: [String], scope: String? = nil) throws -> KeyRing { try read(paths, scope: scope).ring }

    /// The ring, and the trust roots that it was made of. Each file is read once: whoever swaps it in between gains nothing.
    static func read(
        _ paths: [String], scope: String? = nil
    ) throws -> (ring: KeyRing, roots: [(path: String, root: SignedTrustRoot)]) {
        var keys: [TrustedKey] = []
        var rules: [String: ReviewRules] = [:]
        var roots: [(path: String, root: SignedTrustRoot)] = []
        for path in paths {
            guard isRoot(path) else {
                keys.append(TrustedKey(try KeyFile.verificationKey(at: path), scope: scope))
                continue
            }
            let root = try self.root(at: path)
            roots.append((path, root))
            keys += root.root.keys
            for (tenant, rule) in root.root.reviewRules.byTenant {
                guard rules.updateValue(rule, forKey: tenant) ?? rule == rule else {
                    throw CommandFailure(
                        "two trust roots have different review rules for tenant `\(tenant)`", fix: "give one of them")
                }
            }
        }
        return (try KeyRing(keys, reviewRules: ReviewRulebook(byTenant: rules)), roots)
    }

    /// What is to be said where a trust root asks for no reviews of a tenant's policies; nil where it does, and where there is none.
    /// - Parameter tenant: nil: any.
    static func warning(of paths: [String], _ ring: KeyRing, tenant: String?) -> String? {
        guard let path = paths.first(where: isRoot), ring.reviewRules[tenant ?? ReviewRulebook.otherTenants] == nil
        else { return nil }
        let whose = tenant.map { "tenant `\($0)`" } ?? "tenants that it does not name"
        return
            "NO REVIEWS: \(path) has no review rule for \(whose): whatever one publisher's key signs is taken, approved by nobody; to ask for approvals: aegis keys trust quorum"
    }

    /// Reads a trust root and checks its signatures.
    static func root(at path: String) throws -> SignedTrustRoot {
        try root(at: path) { bytes throws(TokenError) in try SignedTrustRoot(json: bytes) }
    }

    /// Reads one that waits for signatures, and checks none.
    static func waiting(at path: String) throws -> SignedTrustRoot {
        try root(at: path) { bytes throws(TokenError) in try SignedTrustRoot(unfinished: bytes) }
    }

    private static func root(
        at path: String, read: ([UInt8]) throws(TokenError) -> SignedTrustRoot
    ) throws -> SignedTrustRoot {
        let bytes = try InputFile.read(path, as: "trust root")
        do throws(TokenError) {
            return try read(bytes)
        } catch {
            throw TokenError(error.code, error.message, location: path, fix: error.fix)
        }
    }
}

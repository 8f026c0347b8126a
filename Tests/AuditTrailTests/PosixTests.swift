@testable import AuditTrail
import Foundation
import MerkleLog
import Testing

/// The journal on real files.
struct PosixTests {
    let directory = NSTemporaryDirectory() + "aegis-audit-\(UUID().uuidString)"

    private func withDirectory(_ body: () async throws -> Void) async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await body()
    }

    @Test func `a journal on disk is written, locked, closed, verified and reopened`() async throws {
        try await withDirectory {
            let (signer, trusted) = try AuditKeys.loadOrCreate(directory: directory, gateway: "gw-1")
            func open() throws -> AuditJournal {
                try AuditJournal.open(
                    directory: directory, configuration: Fixture.configuration(segmentBytes: 20_000), signer: signer,
                    trusted: trusted)
            }
            let journal = try open()
            do {
                _ = try open()
                Issue.record("two writers opened one journal")
            } catch let error as AuditError {
                #expect(error.code == .locked)
            }
            for number in 0..<40 { _ = try await journal.append(Fixture.decision(number)) }
            #expect(try AuditVerifier.verify(directory: directory, keys: trusted).records == 40)
            journal.close()
            let again = try open()
            #expect(try await again.append(Fixture.decision(40)).index == 40)
            again.close()
            let report = try AuditVerifier.verify(
                directory: directory, keys: try AuditKeys.publicKeys(directory: directory))
            #expect(report.isWhole, "\(report.faults)")
            #expect(report.records == 41)
            var reader = try AuditReader(directory: directory)
            #expect(try reader.last(1).first?["decision_id"] == "d-40")
        }
    }

    @Test func `keys are made once, kept private, and loaded again`() async throws {
        try await withDirectory {
            let first = try AuditKeys.loadOrCreate(directory: directory, gateway: "gw-1")
            let second = try AuditKeys.loadOrCreate(directory: directory, gateway: "gw-1")
            #expect(first.signer.verifier.text == second.signer.verifier.text)
            #expect(second.trusted.map(\.text) == [first.signer.verifier.text])
            let path = directory + "/log.key"
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
            do {
                _ = try AuditKeys.loadOrCreate(directory: directory, gateway: "gw-1")
                Issue.record("a private key that others may read was taken")
            } catch let error as AuditError {
                #expect(
                    error.description.hasSuffix("others may read the private key [audit_key]\nfix: chmod 600 \(path)"))
            }
        }
    }

    @Test func `a journal without its private key gets no new one`() async throws {
        try await withDirectory {
            let (signer, trusted) = try AuditKeys.loadOrCreate(directory: directory, gateway: "gw-1")
            let journal = try AuditJournal.open(
                directory: directory, configuration: Fixture.configuration(), signer: signer, trusted: trusted)
            journal.close()
            try FileManager.default.removeItem(atPath: directory + "/log.key")
            #expect(throws: AuditError.self) { try AuditKeys.loadOrCreate(directory: directory, gateway: "gw-1") }
        }
    }

    @Test func `a new key goes on where the old one ended, and both verify`() async throws {
        try await withDirectory {
            let old = try AuditKeys.loadOrCreate(directory: directory, gateway: "gw-1")
            let journal = try AuditJournal.open(
                directory: directory, configuration: Fixture.configuration(), signer: old.signer, trusted: old.trusted)
            _ = try await journal.append(Fixture.decision(0))
            journal.close()
            let text = try NoteSigner(name: "gw-1").secretText
            try Data(text.utf8).write(to: URL(fileURLWithPath: directory + "/log.key"))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: directory + "/log.key")
            let new = try AuditKeys.loadOrCreate(directory: directory, gateway: "gw-1")
            #expect(new.trusted.map(\.text) == [old.signer.verifier.text, new.signer.verifier.text])
            let again = try AuditJournal.open(
                directory: directory, configuration: Fixture.configuration(), signer: new.signer, trusted: new.trusted)
            #expect(try await again.append(Fixture.decision(1)).index == 1)
            again.close()
            #expect(try AuditVerifier.verify(directory: directory, keys: new.trusted).isWhole)
            #expect(try !AuditVerifier.verify(directory: directory, keys: old.trusted).isWhole)
        }
    }
}

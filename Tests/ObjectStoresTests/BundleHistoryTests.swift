import Foundation
import PolicyBundles
import Testing

@testable import ObjectStores

@Suite struct BundleHistoryTests {
    @Test func `the last active bundle and its pointer are found again`() async throws {
        try await withFolder { folder in
            let (history, fixture) = (BundleHistory(directory: folder + "/bundles"), try BundleFixture())
            #expect(try history.last(tenant: "acme") == nil)
            let (first, second) = (try fixture.bundle(1), try fixture.bundle(2))
            try history.keep(first, pointer: nil)
            #expect(try history.last(tenant: "acme")?.archive == first.archive)
            let pointer = try fixture.pointer(to: second)
            try history.keep(second, pointer: pointer)
            #expect(try history.last(tenant: "acme")?.pointer == pointer)
            let later = try fixture.pointer(to: second, at: BundleFixture.now + 60)
            try history.keep(later)
            #expect(try history.last(tenant: "acme")?.pointer == later)
            #expect(try history.last(tenant: "acme")?.archive == second.archive)
            // A signed way back leads to a bundle that was active before.
            try history.keep(first, pointer: fixture.pointer(to: first, backFrom: 2))
            #expect(try history.last(tenant: "acme")?.bundle.version == 1)
        }
    }

    @Test func `another content under a version that was active is refused`() async throws {
        try await withFolder { folder in
            let (history, fixture) = (BundleHistory(directory: folder), try BundleFixture())
            try history.keep(fixture.bundle(3), pointer: nil)
            let other = try fixture.bundle(3, author: "mallory@acme.example")
            let error = #expect(throws: BundleStoreError.self) { try history.keep(other, pointer: nil) }
            #expect(
                error?.description == """
                    \(folder)/acme/bundle-3.tar.gz: error: version 3 was active already with another content [store.version-exists]
                    fix: publish it under the next version
                    """)
        }
    }

    @Test func `damage is noticed and named`() async throws {
        try await withFolder { folder in
            let (history, fixture) = (BundleHistory(directory: folder), try BundleFixture())
            let bundle = try fixture.bundle(1)
            try history.keep(bundle, pointer: nil)
            let (archive, note) = (folder + "/acme/bundle-1.tar.gz", folder + "/acme/latest")
            try Data(bundle.archive + [0]).write(to: URL(fileURLWithPath: archive))
            #expect(failure(history) == "\(archive): error: the bundle is not the one that was active [store.corrupt]")
            try FileManager.default.removeItem(atPath: archive)
            #expect(failure(history) == "\(archive): error: the last bundle is gone [store.corrupt]")
            for content in [
                "", "{}", #"{"version":0,"digest":"\#(bundle.digest)"}"#, #"{"version":1,"digest":"sha256:00"}"#,
            ] {
                try write(content, note)
                #expect(failure(history) == "\(note): error: the note of the last bundle is damaged [store.corrupt]")
            }
        }
    }

    private func failure(_ history: BundleHistory) -> String? {
        do {
            _ = try history.last(tenant: "acme")
            return nil
        } catch { return error.description.split(separator: "\n").first.map(String.init) }
    }
}

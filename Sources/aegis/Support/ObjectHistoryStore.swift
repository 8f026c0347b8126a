import Foundation
import ObjectStores
import PolicyLifecycle

/// Policy histories in an object store: each file is an object that is created once, under the condition that there is none.
struct ObjectHistoryStore: HistoryStore {
    private static let largest = 256 << 20
    private let objects: any ObjectStore

    init(address: String) throws {
        do throws(ObjectStoreError) {
            objects = try StoreAddress(address).open(environment: ProcessInfo.processInfo.environment)
        } catch {
            throw CommandFailure("\(address): \(error.message)", fix: error.fix, exitCode: 2)
        }
    }

    func create(_ path: String, _ bytes: [UInt8]) async throws(LifecycleError) -> Bool {
        do throws(ObjectStoreError) {
            _ = try await objects.put(bytes, at: path, when: .absent)
            return true
        } catch {
            if error.code == .conditionFailed { return false }
            throw failure(error)
        }
    }

    func read(_ path: String) async throws(LifecycleError) -> [UInt8]? {
        do throws(ObjectStoreError) {
            guard case .object(let bytes, _) = try await objects.get(path, unless: nil, limit: Self.largest) else {
                return nil
            }
            return bytes
        } catch { throw failure(error) }
    }

    func names(in folder: String) async throws(LifecycleError) -> [String] {
        do throws(ObjectStoreError) {
            return try await objects.keys(prefix: folder + "/").map { String($0.dropFirst(folder.utf8.count + 1)) }
        } catch { throw failure(error) }
    }

    func location(of path: String) -> String { "\(objects.name)/\(path)" }

    private func failure(_ error: ObjectStoreError) -> LifecycleError {
        LifecycleError(.unavailable, error.message, location: error.location, fix: error.fix)
    }
}

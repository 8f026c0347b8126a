public import Foundation

/// A program of somebody else that judges what is written here, where the machine has it.
public enum OtherTool {
    public struct Failure: Error {
        public let output: String
    }

    /// Runs a program and gives its standard output.
    /// - Throws: ``Failure`` when it cannot run or exits with an error.
    @discardableResult
    public static func run(_ program: String, _ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        let complaint = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(output: String(decoding: data + complaint, as: UTF8.self))
        }
        return data
    }

    /// Whether a program runs and ends well.
    public static func isThere(_ program: String, _ arguments: String...) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    public static let hasOpenSSL = isThere("openssl", "version")
    public static let hasPython = isThere("python3", "-c", "import tarfile, json, hashlib")
    public static let hasPyJWT = isThere("python3", "-c", "import jwt, cryptography")
}

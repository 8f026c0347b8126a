import Foundation
import SignedTokens

/// A private key behind a command: a KMS, an HSM, a smart card. The command never gets a shell, gets one JSON object on its
/// standard input and gives one on its standard output (docs/reference/external-signer.md). What it signs is verified here
/// before anybody uses it.
struct CommandSigner: Signer {
    let verificationKey: VerificationKey
    private let words: [String]

    /// Asks the command for its public key.
    /// - Parameter command: a program and its arguments; quotes hold words together.
    init(command: String) throws {
        words = try CommandWords.split(command)
        let answer = try Self.ask(words, #"{"operation":"public_key","schema_version":1}"#)
        guard let name = answer["name"] as? String, let pem = answer["public_key"] as? String else {
            throw CommandFailure(
                "the signer did not answer with `name` and `public_key`",
                fix: "see docs/reference/external-signer.md for what it has to answer")
        }
        verificationKey = try VerificationKey(pem: pem, name: name)
    }

    func sign(_ message: [UInt8]) throws(TokenError) -> [UInt8] {
        let request = """
            {"algorithm":"\(algorithm.rawValue)","key":"\(name)","message":"\(Base64.encodeURL(message))",\
            "operation":"sign","schema_version":1}
            """
        let text: String
        do {
            guard let answer = try Self.ask(words, request)["signature"] as? String else {
                throw CommandFailure("the signer did not answer with `signature`")
            }
            text = answer
        } catch {
            throw TokenError(
                .signingFailed, (error as? CommandFailure)?.message ?? "\(error)",
                fix: "run the signer by hand, and see docs/reference/external-signer.md")
        }
        guard let signature = Base64.decodeURL(Array(text.utf8)) else {
            throw TokenError(.signingFailed, "the signer's `signature` is not base64url without padding")
        }
        return try verificationKey.checked(signature, for: message)
    }

    /// One run of the command: a request in, an answer out, within half a minute.
    private static func ask(_ words: [String], _ request: String) throws -> [String: Any] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        // What the signer says to its operator goes to ours.
        process.standardError = FileHandle.standardError
        // A signer that ends early must not end us, too.
        signal(SIGPIPE, SIG_IGN)
        do { try process.run() } catch { throw CommandFailure("the signer `\(words[0])` cannot be started") }
        let deadline = DispatchWorkItem { process.terminate() }
        DispatchQueue.global().asyncAfter(deadline: .now() + 30, execute: deadline)
        let writer = input.fileHandleForWriting
        DispatchQueue.global().async {
            try? writer.write(contentsOf: Data((request + "\n").utf8))
            try? writer.close()
        }
        var answer = Data()
        while let chunk = try? output.fileHandleForReading.read(upToCount: 1 << 16), !chunk.isEmpty {
            answer += chunk
            if answer.count > 1 << 20 { process.terminate() }
        }
        process.waitUntilExit()
        deadline.cancel()
        guard process.terminationReason == .exit, process.terminationStatus == 0, answer.count <= 1 << 20 else {
            let end =
                process.terminationReason == .exit
                ? "ended with \(process.terminationStatus)" : "was stopped: it took over 30 s, or said too much"
            throw CommandFailure("the signer `\(words[0])` \(end)")
        }
        guard let object = (try? JSONSerialization.jsonObject(with: answer)) as? [String: Any] else {
            throw CommandFailure("the signer `\(words[0])` did not answer with a JSON object")
        }
        return object
    }
}

/// A command line in words, as a shell would read one that has nothing but quotes in it.
enum CommandWords {
    static func split(_ text: String) throws -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in text {
            switch (quote, character) {
            case (let open?, _) where character == open: quote = nil
            case (.some, _): word = (word ?? "") + String(character)
            case (nil, "'"), (nil, "\""):
                quote = character
                word = word ?? ""
            case (nil, _) where character.isWhitespace:
                if let whole = word { words.append(whole) }
                word = nil
            case (nil, _): word = (word ?? "") + String(character)
            }
        }
        if let whole = word { words.append(whole) }
        guard quote == nil, !words.isEmpty, words.first?.contains("=") == false else {
            throw CommandFailure(
                "the signer `\(text)` is no command", fix: "write it as --signer 'PROGRAM ARGUMENTS'", exitCode: 2)
        }
        return words
    }
}

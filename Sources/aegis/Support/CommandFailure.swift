import Foundation

/// Why a command failed, for the person who ran it: what, where, and how to fix it.
struct CommandFailure: Error, CustomStringConvertible {
    /// 1 failed, 2 usage, 3 invalid policy, 4 denied.
    let exitCode: Int32
    let message: String
    let fix: String?

    init(_ message: String, fix: String? = nil, exitCode: Int32 = 1) {
        self.message = message
        self.fix = fix
        self.exitCode = exitCode
    }

    /// For logs; what a command ends with is written by ``report()``.
    var description: String { message + (fix.map { "\nfix: \($0)" } ?? "") }

    func report() {
        ErrorOutput.write("error: \(message)")
        if let fix { ErrorOutput.write("fix: \(fix)") }
    }
}

/// Diagnostics go to stderr, so that stdout stays the result.
enum ErrorOutput {
    static func write(_ line: String) {
        // Where nobody hears it, there is nobody to tell.
        try? StandardStream.write(line + "\n", to: STDERR_FILENO)
    }
}

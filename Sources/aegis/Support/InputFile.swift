import Foundation

/// Files that a command is given by name.
enum InputFile {
    /// - Throws: ``CommandFailure`` that says why the file cannot be read.
    static func read(_ path: String, as what: String = "", exitCode: Int32 = 1) throws(CommandFailure) -> [UInt8] {
        do {
            return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw CommandFailure(
                "\(what.isEmpty ? "" : "the \(what) ")`\(path)` cannot be read: \(reason(path, error))",
                fix: "check the path and your rights to the file", exitCode: exitCode)
        }
    }

    private static func reason(_ path: String, _ error: any Error) -> String {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            return "there is no such file"
        }
        if isDirectory.boolValue { return "it is a folder" }
        guard let code = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError,
            code.domain == NSPOSIXErrorDomain
        else { return "it is no plain file, or you may not read it" }
        return String(cString: strerror(Int32(code.code)))
    }
}

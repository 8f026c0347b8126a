import AccessControl
import Foundation

extension Administrator {
    /// Whoever runs this command, by the machine's word.
    static var commandLine: Administrator { Administrator(user: ProcessInfo.processInfo.userName) }
}

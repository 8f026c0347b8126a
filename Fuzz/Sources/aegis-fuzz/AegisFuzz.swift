import CLibFuzzer
import Foundation
import FuzzTargets

/// Runs one fuzz target: `aegis-fuzz` with libFuzzer's own arguments, and the target's name in `AEGIS_FUZZ_TARGET`.
@main
enum AegisFuzz {
    private static let target: FuzzTarget = {
        let name = ProcessInfo.processInfo.environment["AEGIS_FUZZ_TARGET"] ?? ""
        guard let target = FuzzTarget(rawValue: name) else {
            say("set AEGIS_FUZZ_TARGET to one of: \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
            exit(2)
        }
        return target
    }()

    static func main() {
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        _ = target
        exit(LLVMFuzzerRunDriver(&count, &arguments, fuzzOneInput))
    }

    /// A property that does not hold is a crash to libFuzzer, so that it keeps the input.
    fileprivate static func run(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
        do throws(FuzzFinding) {
            try target.run(Array(UnsafeBufferPointer(start: start, count: count)))
            return 0
        } catch {
            say("finding in \(target.rawValue): \(error)")
            abort()
        }
    }

    private static func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}

/// The name that libFuzzer's own `main`, which is linked and not used, asks for.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 { AegisFuzz.run(start, count) }

internal import ArgumentParser
internal import Foundation
internal import RegoSyntax

struct RegoFormatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fmt",
        abstract: "Lay out Rego files.",
        discussion: """
            Prints the result, or rewrites the files with --write. Exit codes: 0 done, 1 --check found files that would
            change, 2 usage, 3 invalid Rego.
            Example:
              aegis rego fmt policies/ --write
            """)

    @Argument(help: "Rego files, or folders of them.")
    var paths: [String]

    @Flag(help: "Rewrite the files.")
    var write = false

    @Flag(help: "Only list the files that would change.")
    var check = false

    func run() throws {
        var changed = 0
        var isInvalid = false
        for source in try RegoSources(paths: paths).modules {
            do {
                let text = try SourceFormatter.format(source)
                let differs = !text.utf8.elementsEqual(source.text)
                if differs { changed += 1 }
                if check || write {
                    if differs { print(source.name) }
                } else {
                    print(text, terminator: "")
                }
                if write, differs { try Data(text.utf8).write(to: URL(fileURLWithPath: source.name), options: .atomic) }
            } catch let error as Diagnostics {
                FileHandle.standardError.write(Data((error.rendered + "\n").utf8))
                isInvalid = true
            }
        }
        if isInvalid { throw ExitCode(3) }
        if check, changed > 0 { throw ExitCode(1) }
    }
}

import RegoValues

/// JSON objects that a command is given as text, and hands on as they were written.
enum JSONObjectText {
    /// - Parameter name: how the message calls the text: the option, or its file.
    /// - Throws: ``CommandFailure`` with the place where the text is not one JSON object, or more than that.
    static func check(_ text: some Sequence<UInt8>, as name: String) throws(CommandFailure) {
        let fix = #"write one JSON object, such as '{"amount": 20}'"#
        let document: Document
        do throws(JSONError) {
            document = try Document(json: text)
        } catch {
            throw CommandFailure("\(name):\(error)", fix: fix, exitCode: 2)
        }
        guard withExtendedLifetime(document, { document.root.kind == .object }) else {
            throw CommandFailure("\(name):1:1: this is no JSON object", fix: fix, exitCode: 2)
        }
    }
}

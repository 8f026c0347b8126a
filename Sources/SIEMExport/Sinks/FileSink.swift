/// JSON lines in a file. What it has returned from is on the disk. The file may be renamed away at any time; a new one is begun.
actor FileSink: EventSink {
    nonisolated let limits = BatchLimits(events: 4096, bytes: 4 << 20)

    private let path: String
    private let format: EventFormat
    private let source: EventSource
    private var file: DurableFile?

    init(path: String, format: EventFormat, source: EventSource) {
        self.path = path
        self.format = format
        self.source = source
    }

    func deliver(_ events: [SIEMEvent]) async throws(SinkFailure) -> [RefusedEvent] {
        do throws(FileFailure) {
            let file = try opened()
            try file.write(JSONLines.text(events, source, format))
            try file.sync()
            return []
        } catch {
            await close()
            throw SinkFailure("`\(path)` cannot be written: \(error.reason)")
        }
    }

    func close() async {
        file?.close()
        file = nil
    }

    private func opened() throws(FileFailure) -> DurableFile {
        if let file {
            if file.isStill(at: path) { return file }
            file.close()
        }
        let opened = try DurableFile(appendingTo: path)
        // A crash, or a full disk, has left half a line: its record comes again, on a line of its own.
        if !opened.endsALine { try opened.write([UInt8(ascii: "\n")]) }
        file = opened
        return opened
    }
}

enum JSONLines {
    static func text(_ events: [SIEMEvent], _ source: EventSource, _ format: EventFormat) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(events.reduce(0) { $0 + format.expectedBytes(of: $1) })
        for event in events {
            text += source.payload(event, as: format)
            text.append(UInt8(ascii: "\n"))
        }
        return text
    }
}

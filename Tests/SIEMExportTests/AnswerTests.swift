@testable import SIEMExport
import Testing

struct AnswerTests {
    @Test(arguments: [
        (1, 403, SinkFailure.Remedy.configuration), (4, 403, .configuration), (5, 400, .refused), (6, 400, .refused),
        (7, 400, .configuration), (8, 500, .retry(after: nil)), (9, 503, .retry(after: nil)), (11, 400, .configuration),
        (12, 400, .refused), (14, 400, .configuration), (15, 400, .refused), (18, 503, .retry(after: nil)),
        (99, 413, .tooLarge), (99, 500, .retry(after: nil)),
    ])
    func `Splunk's codes say whose fault it is`(code: Int64, status: Int, remedy: SinkFailure.Remedy) {
        #expect(SplunkAnswer.failure(code: code, text: "x", status: status, after: nil).remedy == remedy)
    }

    @Test func `bulk items are judged one by one`() throws {
        func item(_ status: Int, _ type: String = "") -> String {
            #"{"create":{"status":\#(status),"error":{"type":"\#(type)","reason":"why"}}}"#
        }
        let taken = [
            item(201), item(409, "version_conflict_engine_exception"), item(400, "document_parsing_exception"),
        ]
        let whole = #"{"errors":true,"items":[\#(taken.joined(separator: ","))]}"#
        #expect(
            try BulkAnswer.refused(in: Array(whole.utf8), of: 3) == [
                RefusedEvent(position: 2, reason: "status 400, document_parsing_exception: why")
            ])
        let busy =
            #"{"errors":true,"items":[\#((taken + [item(429, "es_rejected_execution_exception"), item(503)]).joined(separator: ","))]}"#
        #expect {
            _ = try BulkAnswer.refused(in: Array(busy.utf8), of: 5)
        } throws: { error in
            let failure = error as? SinkFailure
            return failure?.pending == [3, 4] && failure?.refused.map(\.position) == [2]
                && failure?.message == "2 of 5 records were not taken: status 503, "
        }
    }

    @Test(arguments: [
        ("<html>", "an answer that is none of Elasticsearch's"), ("{}", "an answer about 0 records, where 2 were sent"),
        (#"{"items":[{"create":{"status":201}}]}"#, "an answer about 1 records, where 2 were sent"),
        (#"{"items":[{"index":{"status":201}},{}]}"#, "2 of 2 records were not taken: status missing, "),
    ])
    func `an answer that does not tell of each item is none`(body: String, message: String) {
        #expect { _ = try BulkAnswer.refused(in: Array(body.utf8), of: 2) } throws: {
            ($0 as? SinkFailure)?.message == message
        }
    }
}

import HTTPEndpoints
import HTTPTypes

extension ChannelRoutes {
    static let clickInSlack = Operation(
        .post, "/v1/slack/interactivity", id: "clickInSlack", tag: "channels",
        access: .other("For Slack, which signs the request; where channels are configured."),
        summary: "Clicks on an approval's message.", body: .facts, bodyType: "application/x-www-form-urlencoded",
        answers: [
            .init(200, "Taken; the person is answered in Slack."), .init(400, "It cannot be read."),
            .init(401, "Slack did not sign it."), .init(503, "It could not be carried out; Slack shows a failure."),
        ])

    static let showReview = Operation(
        .get, "/approve", id: "showReview", tag: "channels",
        access: .other("For whoever has a review link; where channels are configured."),
        summary: "The page of an approval. Looking at it changes nothing.",
        parameters: [.init("t", in: .query, .text(), "The link's token.")], answers: pages)

    static let decideReview = Operation(
        .post, "/approve", id: "decideReview", tag: "channels",
        access: .other("For the person whose key comes with the form; where channels are configured."),
        summary: "The page's form: a verdict.",
        body: .object(
            [
                .init("t", .text()), .init("verdict", .choice(["approve", "deny"])), .init("key", .text()),
                .init("comment", .text(), required: false),
            ], open: true), bodyType: "application/x-www-form-urlencoded", answers: pages)

    private static let pages: [Operation.Answer] = [200, 400, 403, 404, 409, 410, 503].map { status in
        Operation.Answer(
            status, status == 200 ? "The page." : "The page says why not.", .text(), contentType: "text/html")
    }
}

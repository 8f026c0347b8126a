/// Tries a request again that a store could not answer now, after 0.2 s and 0.6 s with jitter. Whoever polls tries on by itself.
enum Retrying {
    private static let pauses: [Duration] = [.milliseconds(200), .milliseconds(600)]

    /// - Parameter isPassing: whether the answer is one that may be another in a moment.
    static func run(
        isPassing: (HTTPExchange.Answer) -> Bool = { Retrying.isPassing($0.status) },
        _ attempt: () async throws(ObjectStoreError) -> HTTPExchange.Answer
    ) async throws(ObjectStoreError) -> HTTPExchange.Answer {
        for pause in pauses {
            do throws(ObjectStoreError) {
                let answer = try await attempt()
                guard isPassing(answer) else { return answer }
            } catch {
                guard error.code == .unavailable, !Task.isCancelled else { throw error }
            }
            try? await Task.sleep(for: pause * Double.random(in: 0.5...1.5))
        }
        return try await attempt()
    }

    /// Source: S3's and GCS's advice on retries.
    static func isPassing(_ status: Int) -> Bool { [408, 429, 500, 502, 503, 504].contains(status) }
}

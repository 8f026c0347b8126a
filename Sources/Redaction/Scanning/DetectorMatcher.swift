/// One detector behind a call that copies nothing: as an existential value it would be copied, and its references counted, each
/// time that it is asked, some hundred times a kilobyte.
class DetectorMatcher {
    func match(_ text: ScannedText, at place: Int, _ contexts: Contexts) -> DetectorVerdict { .nothing }

    static func of(_ detector: some TextDetector) -> DetectorMatcher { Matcher(detector) }
}

private final class Matcher<Detector: TextDetector>: DetectorMatcher {
    private let detector: Detector

    init(_ detector: Detector) { self.detector = detector }

    override func match(_ text: ScannedText, at place: Int, _ contexts: Contexts) -> DetectorVerdict {
        detector.match(text, at: place, contexts)
    }
}

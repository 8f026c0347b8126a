/// All built-in detectors, in the order that decides between finds of one length at one place.
enum BuiltInDetectors {
    static let all: [any TextDetector] =
        [PrivateKeyDetector(), TokenDetector()] + PrefixedKeyDetector.all
        + [
            AWSSecretDetector(), IBANDetector(), PaymentCardDetector(), BirthDateDetector(), MedicalRecordDetector(),
            PassportDetector(), SocialSecurityDetector(), EmailDetector(), IPv6Detector(), IPv4Detector(),
            PhoneDetector(), EntropyDetector(),
        ]
}

import RegoValues

extension GoDocument {
    /// A certificate as Go writes its `x509.Certificate`.
    /// - Parameter urls: whether OPA's `URIStrings` stands beside.
    func certificate(_ certificate: Certificate, urls: Bool) -> Value {
        var members = identity(certificate) + names(certificate.alternativeNames) + constraints(certificate)
        members += policies(certificate.policies) + usage(certificate)
        if urls { members.append((.string("URIStrings"), texts(certificate.alternativeNames.uris.map(\.text)))) }
        return heap.object(members)
    }

    private func identity(_ certificate: Certificate) -> [(Value, Value)] {
        [
            (.string("Raw"), bytes(certificate.raw)),
            (.string("RawTBSCertificate"), bytes(certificate.rawBody)),
            (.string("RawSubjectPublicKeyInfo"), bytes(certificate.publicKey.raw)),
            (.string("RawSubject"), bytes(certificate.subject.raw)),
            (.string("RawIssuer"), bytes(certificate.issuer.raw)),
            (.string("Signature"), bytes(certificate.signature)),
            (.string("SignatureAlgorithm"), .integer(certificate.signatureAlgorithm.rawValue)),
            (.string("PublicKeyAlgorithm"), .integer(certificate.publicKey.algorithmNumber)),
            (.string("PublicKey"), publicKey(certificate.publicKey)),
            (.string("Version"), .integer(certificate.version)),
            (.string("SerialNumber"), number(certificate.serialNumber)),
            (.string("Issuer"), name(certificate.issuer)),
            (.string("Subject"), name(certificate.subject)),
            (.string("NotBefore"), heap.string(certificate.notBefore.text)),
            (.string("NotAfter"), heap.string(certificate.notAfter.text)),
        ]
    }

    private func usage(_ certificate: Certificate) -> [(Value, Value)] {
        let purposes = certificate.extendedKeyUsage
        return [
            (.string("KeyUsage"), .integer(certificate.keyUsage)),
            (.string("Extensions"), extensions(certificate.extensions)),
            (.string("ExtraExtensions"), .null),
            (
                .string("UnhandledCriticalExtensions"),
                list(certificate.unhandledExtensions.map(identifier))
            ),
            (.string("ExtKeyUsage"), list((purposes?.purposes ?? []).map { .integer($0) })),
            (.string("UnknownExtKeyUsage"), list((purposes?.unknown ?? []).map(identifier))),
            (.string("SubjectKeyId"), bytes(certificate.subjectKeyID)),
            (.string("AuthorityKeyId"), bytes(certificate.authorityKeyID)),
            (.string("OCSPServer"), texts(certificate.statusServers)),
            (.string("IssuingCertificateURL"), texts(certificate.issuerURLs)),
            (.string("CRLDistributionPoints"), texts(certificate.revocationLists)),
        ]
    }

    private func constraints(_ certificate: Certificate) -> [(Value, Value)] {
        let (permitted, excluded) = (certificate.nameConstraints.permitted, certificate.nameConstraints.excluded)
        let basic = certificate.basicConstraints
        let length = basic.map { $0.maximumPathLength ?? -1 }
        func ranges(_ ranges: [NameConstraints.Subtrees.Range]) -> Value {
            list(ranges.map { object(["IP": address($0.address), "Mask": bytes($0.mask)]) })
        }
        return [
            (.string("BasicConstraintsValid"), .boolean(basic != nil)),
            (.string("IsCA"), .boolean(basic?.isAuthority == true)),
            (.string("MaxPathLen"), .integer(length ?? 0)),
            (.string("MaxPathLenZero"), .boolean(length == 0)),
            (.string("PermittedDNSDomainsCritical"), .boolean(certificate.nameConstraints.isCritical)),
            (.string("PermittedDNSDomains"), texts(permitted.domains)),
            (.string("ExcludedDNSDomains"), texts(excluded.domains)),
            (.string("PermittedIPRanges"), ranges(permitted.ranges)),
            (.string("ExcludedIPRanges"), ranges(excluded.ranges)),
            (.string("PermittedEmailAddresses"), texts(permitted.mails)),
            (.string("ExcludedEmailAddresses"), texts(excluded.mails)),
            (.string("PermittedURIDomains"), texts(permitted.uriDomains)),
            (.string("ExcludedURIDomains"), texts(excluded.uriDomains)),
        ]
    }

    private func policies(_ policies: CertificatePolicies) -> [(Value, Value)] {
        let short = policies.policies.map { $0.filter { $0.numbers != nil } }
        return [
            (.string("PolicyIdentifiers"), short.map { heap.array($0.map(identifier)) } ?? .null),
            (.string("Policies"), texts((policies.policies ?? []).map(\.text))),
            (.string("InhibitAnyPolicy"), .integer(policies.inhibitAny ?? 0)),
            (.string("InhibitAnyPolicyZero"), .boolean(policies.inhibitAny == 0)),
            (.string("InhibitPolicyMapping"), .integer(policies.inhibitMapping ?? 0)),
            (.string("InhibitPolicyMappingZero"), .boolean(policies.inhibitMapping == 0)),
            (.string("RequireExplicitPolicy"), .integer(policies.requireExplicit ?? 0)),
            (.string("RequireExplicitPolicyZero"), .boolean(policies.requireExplicit == 0)),
            (
                .string("PolicyMappings"),
                list(
                    policies.mappings.map { mapping in
                        object([
                            "IssuerDomainPolicy": heap.string(mapping.issuer.text),
                            "SubjectDomainPolicy": heap.string(mapping.subject.text),
                        ])
                    })
            ),
        ]
    }

    /// A request as Go writes its `x509.CertificateRequest`.
    func request(_ request: CertificateRequest) -> Value {
        let attributes = request.attributes.map { item in
            object([
                "Type": identifier(item.type),
                "Value": heap.array(item.values.map { heap.array($0.map(attribute)) }),
            ])
        }
        return heap.object(
            names(request.alternativeNames) + [
                (.string("Raw"), bytes(request.raw)),
                (.string("RawTBSCertificateRequest"), bytes(request.rawBody)),
                (.string("RawSubjectPublicKeyInfo"), bytes(request.publicKey.raw)),
                (.string("RawSubject"), bytes(request.subject.raw)),
                (.string("Version"), .integer(request.version)),
                (.string("Signature"), bytes(request.signature)),
                (.string("SignatureAlgorithm"), .integer(request.signatureAlgorithm.rawValue)),
                (.string("PublicKeyAlgorithm"), .integer(request.publicKey.algorithmNumber)),
                (.string("PublicKey"), publicKey(request.publicKey)),
                (.string("Subject"), name(request.subject)),
                (.string("Attributes"), list(attributes)),
                (.string("Extensions"), extensions(request.extensions)),
                (.string("ExtraExtensions"), .null),
            ])
    }
}

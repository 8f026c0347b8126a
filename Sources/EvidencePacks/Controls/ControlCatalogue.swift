/// The controls that a gateway's records can support, whatever policies say.
///
/// Sources: AICPA Trust Services Criteria 2017; 45 CFR 164; ISO/IEC 27001:2022 Annex A; NIST SP 800-53 r5; PCI DSS 4.0.1;
/// NIST AI RMF 1.0; Regulation (EU) 2024/1689.
enum ControlCatalogue {
    static let all = soc2 + hipaa + iso27001 + nist80053 + pciDSS + nistAIRMF + euAIAct

    /// Short names of the frameworks, sorted.
    static let frameworks = Set(all.map { Control.framework(of: $0.id) }).sorted()

    static func control(_ id: String) -> Control? { all.first { $0.id == id } }

    static let soc2 = [
        Control("SOC2:CC2.1", "Quality information for controls", "the whole log, dense and signed", [.everyRecord]),
        Control(
            "SOC2:CC4.1", "Controls are monitored", "every decision with its reason", [.decisions], byGateway: true),
        Control(
            "SOC2:CC6.1", "Logical access to protected assets", "each call permitted or refused, by proven identity",
            [.decisions]),
        Control(
            "SOC2:CC6.2", "Credentials only for the registered", "callers that could not prove who they are",
            [.unproven]),
        Control(
            "SOC2:CC6.3", "Least privilege, separation of duties", "calls held for a second person, and who decided",
            [.holds, .approvals]),
        Control(
            "SOC2:CC6.6", "Protection at the boundary", "calls to hosts and endpoints that are not allowed", [.egress]),
        Control(
            "SOC2:CC6.7", "Movement of information is restricted", "parameters rewritten before they left",
            [.redactions, .egress]),
        Control(
            "SOC2:CC7.1", "Changes of configuration are detected", "policy versions that became active or were refused",
            [.policyChanges, .configuration]),
        Control("SOC2:CC7.2", "Anomalies are monitored", "rates and budgets that were exceeded", [.limits, .budgets]),
        Control("SOC2:CC7.4", "Response to incidents", "agents switched off and on", [.configuration]),
        Control(
            "SOC2:CC8.1", "Changes are authorised and approved", "policy versions, their reviews and their signatures",
            [.policyChanges]),
        Control(
            "SOC2:C1.1", "Confidential information is protected", "personal data and secrets taken out", [.redactions]),
        Control(
            "SOC2:C1.2", "Confidential information is disposed of", "records erased or archived by their class",
            [.retention]),
        Control(
            "SOC2:PI1.2", "Inputs are complete and accurate", "calls refused for parameters that break their schema",
            [.inputs]),
        Control("SOC2:PI1.5", "Records of processing are protected", "the whole log, dense and signed", [.everyRecord]),
    ]

    static let hipaa = [
        Control("HIPAA:164.312(a)(1)", "Access control", "each call permitted or refused", [.decisions]),
        Control(
            "HIPAA:164.312(a)(2)(i)", "Unique user identification", "callers that could not prove who they are",
            [.unproven]),
        Control("HIPAA:164.312(b)", "Audit controls", "the whole log, dense and signed", [.everyRecord]),
        Control("HIPAA:164.312(c)(1)", "Integrity", "the whole log, dense and signed", [.everyRecord]),
        Control(
            "HIPAA:164.312(d)", "Person or entity authentication", "callers that could not prove who they are",
            [.unproven]),
        Control(
            "HIPAA:164.312(e)(1)", "Transmission security", "calls to hosts and endpoints that are not allowed",
            [.egress]),
        Control(
            "HIPAA:164.308(a)(1)(ii)(D)", "Review of system activity", "every decision with its reason", [.decisions],
            byGateway: true),
        Control(
            "HIPAA:164.502(b)", "Minimum necessary", "calls without a purpose, and parameters rewritten",
            [.purpose, .redactions]),
    ]

    static let iso27001 = [
        Control(
            "ISO27001:5.3", "Segregation of duties", "calls held for a second person, and who decided",
            [.holds, .approvals]),
        Control("ISO27001:5.15", "Access control", "each call permitted or refused", [.decisions]),
        Control(
            "ISO27001:5.17", "Authentication information", "callers that could not prove who they are", [.unproven]),
        Control("ISO27001:5.28", "Collection of evidence", "the whole log, dense and signed", [.everyRecord]),
        Control("ISO27001:5.33", "Protection of records", "the whole log, dense and signed", [.everyRecord]),
        Control("ISO27001:8.3", "Information access restriction", "calls that were refused", [.denials]),
        Control(
            "ISO27001:8.9", "Configuration management", "policy versions that became active or were refused",
            [.policyChanges, .configuration]),
        Control("ISO27001:8.10", "Information deletion", "records erased or archived by their class", [.retention]),
        Control("ISO27001:8.11", "Data masking", "parameters rewritten before they left", [.redactions]),
        Control(
            "ISO27001:8.12", "Data leakage prevention", "parameters rewritten, and calls to hosts that are not allowed",
            [.redactions, .egress]),
        Control("ISO27001:8.15", "Logging", "the whole log, dense and signed", [.everyRecord]),
        Control("ISO27001:8.16", "Monitoring", "rates and budgets that were exceeded", [.limits, .budgets]),
        Control("ISO27001:8.24", "Use of cryptography", "keys made, rotated and retired", [.keys]),
        Control(
            "ISO27001:8.32", "Change management", "policy versions, their reviews and their signatures",
            [.policyChanges]),
    ]

    static let nist80053 = [
        Control("NIST800-53:AC-3", "Access enforcement", "each call permitted or refused", [.decisions]),
        Control(
            "NIST800-53:AC-4", "Information flow enforcement",
            "calls to hosts that are not allowed, and parameters rewritten", [.egress, .redactions]),
        Control(
            "NIST800-53:AC-5", "Separation of duties", "calls held for a second person, and who decided",
            [.holds, .approvals]),
        Control("NIST800-53:AC-6", "Least privilege", "calls that were refused", [.denials]),
        Control("NIST800-53:AU-3", "Content of audit records", "the whole log, dense and signed", [.everyRecord]),
        Control(
            "NIST800-53:AU-9", "Protection of audit information", "the whole log, dense and signed", [.everyRecord]),
        Control("NIST800-53:AU-10", "Non-repudiation", "the whole log, dense and signed", [.everyRecord]),
        Control(
            "NIST800-53:AU-11", "Audit record retention", "records erased or archived by their class", [.retention]),
        Control("NIST800-53:AU-12", "Audit record generation", "the whole log, dense and signed", [.everyRecord]),
        Control(
            "NIST800-53:CM-3", "Configuration change control", "policy versions, their reviews and their signatures",
            [.policyChanges, .configuration]),
        Control("NIST800-53:IA-9", "Service identification", "callers that could not prove who they are", [.unproven]),
        Control(
            "NIST800-53:SC-7", "Boundary protection", "calls to hosts and endpoints that are not allowed", [.egress]),
        Control("NIST800-53:SI-4", "System monitoring", "rates and budgets that were exceeded", [.limits, .budgets]),
        Control("NIST800-53:SI-7", "Integrity", "the whole log, dense and signed", [.everyRecord]),
        Control(
            "NIST800-53:SI-10", "Input validation", "calls refused for parameters that break their schema", [.inputs]),
    ]

    static let pciDSS = [
        Control("PCI-DSS:3.4.1", "PAN is masked", "parameters rewritten before they left", [.redactions]),
        Control(
            "PCI-DSS:6.5.1", "Changes are controlled", "policy versions, their reviews and their signatures",
            [.policyChanges]),
        Control("PCI-DSS:7.2.2", "Access by least privilege", "calls that were refused", [.denials]),
        Control(
            "PCI-DSS:8.6.1", "Application accounts are managed", "callers that could not prove who they are",
            [.unproven]),
        Control("PCI-DSS:10.2.1", "Audit logs are enabled", "the whole log, dense and signed", [.everyRecord]),
        Control(
            "PCI-DSS:10.2.2", "Audit logs record what they must", "every decision with its reason", [.decisions],
            byGateway: true),
        Control(
            "PCI-DSS:10.3.2", "Audit logs are protected from change", "the whole log, dense and signed", [.everyRecord]),
        Control(
            "PCI-DSS:10.5.1", "Audit history is retained", "records erased or archived by their class", [.retention]),
    ]

    static let nistAIRMF = [
        Control(
            "NIST-AI-RMF:MAP-3.5", "Human oversight is defined", "calls held for a second person, and who decided",
            [.holds, .approvals]),
        Control(
            "NIST-AI-RMF:MEASURE-2.4", "Behaviour is monitored in production", "every decision with its reason",
            [.decisions], byGateway: true),
        Control(
            "NIST-AI-RMF:MEASURE-2.8", "Transparency and accountability", "the whole log, dense and signed",
            [.everyRecord]),
        Control("NIST-AI-RMF:MANAGE-2.4", "Systems can be disengaged", "agents switched off and on", [.configuration]),
        Control(
            "NIST-AI-RMF:MANAGE-4.1", "Monitoring after deployment", "rates and budgets that were exceeded",
            [.limits, .budgets]),
    ]

    static let euAIAct = [
        Control("EU-AI-ACT:12", "Record-keeping", "the whole log, dense and signed", [.everyRecord]),
        Control(
            "EU-AI-ACT:14", "Human oversight", "calls held for a second person, and who decided", [.holds, .approvals]),
        Control("EU-AI-ACT:19", "Logs are kept", "the whole log, dense and signed", [.everyRecord]),
        Control("EU-AI-ACT:26", "Deployers keep the logs", "the whole log, dense and signed", [.everyRecord]),
    ]
}

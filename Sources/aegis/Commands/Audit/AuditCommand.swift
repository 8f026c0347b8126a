import ArgumentParser

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Read and check the audit trail, offline, with its files and a public key.",
        subcommands: [
            AuditTail.self, AuditVerify.self, AuditInput.self, AuditQueryCommand.self, AuditExport.self,
            AuditProve.self,
            AuditVerifyProof.self, AuditVerifyReceipt.self, AuditTiles.self, AuditRotateKey.self, AuditErase.self,
            AuditHold.self, AuditRetention.self, AuditArchive.self, AuditTimestamp.self, AuditBenchAppend.self,
        ])
}

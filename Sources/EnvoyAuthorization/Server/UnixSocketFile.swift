import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The file of a listening Unix socket.
enum UnixSocketFile {
    /// Removes the socket that a server which is gone has left behind.
    /// - Throws: ``AddressError`` when a server still answers there, or when something else has the name.
    static func makeRoom(at path: String, group: any EventLoopGroup) async throws {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw AddressError(
                address: "unix:\(path)", problem: "exists and is not a socket", fix: "choose another path, or remove it"
            )
        }
        if let channel = try? await ClientBootstrap(group: group).connect(unixDomainSocketPath: path).get() {
            try await channel.close()
            throw AddressError(
                address: "unix:\(path)", problem: "is in use by a running server", fix: "stop that server first")
        }
        remove(path)
    }

    /// Lets the owner and the group connect, nobody else.
    static func restrict(_ path: String) throws {
        guard chmod(path, 0o660) == 0 else {
            throw AddressError(
                address: "unix:\(path)", problem: "cannot be restricted to its owner and group (errno \(errno))",
                fix: "put it in a folder that this user owns")
        }
    }

    static func remove(_ path: String) {
        unlink(path)
    }
}

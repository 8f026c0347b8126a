#if canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// A thread of its own, for work that blocks or that must not be in others' way.
public enum SystemThread {
    /// Enough for a policy at the bounds of evaluation. What is usual elsewhere is 128 KiB to 8 MiB.
    public static let plainStack = 8 << 20
    /// Deep policies recurse while they are compiled.
    public static let deepStack = 64 << 20

    /// Starts `body` on a new, detached thread.
    /// - Parameters:
    ///   - name: shows in `top -H` and debuggers; the system keeps 15 bytes.
    ///   - stack: bytes; nil: the system's usual.
    /// - Returns: whether the system gave one.
    public static func start(
        named name: String, stack: Int? = nil, priority: ThreadPriority? = nil, _ body: @escaping @Sendable () -> Void
    ) -> Bool {
        final class Body: Sendable {
            let run: @Sendable () -> Void
            init(_ run: @escaping @Sendable () -> Void) { self.run = run }
        }
        let boxed = Unmanaged.passRetained(
            Body {
                takeName(name)
                priority?.take()
                body()
            })
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        if let stack { pthread_attr_setstacksize(&attributes, stack) }
        defer { pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        let code = pthread_create(
            &thread, &attributes,
            { argument in
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, boxed.toOpaque())
        if code != 0 { boxed.release() }
        return code == 0
    }

    /// Source: proc(5), `/proc/pid/task/tid/comm`.
    private static func takeName(_ name: String) {
        guard let file = fopen("/proc/thread-self/comm", "w") else { return }
        fputs(name, file)
        fclose(file)
    }
}

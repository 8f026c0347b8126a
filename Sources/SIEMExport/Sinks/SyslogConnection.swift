import NIOCore
import NIOSSL
import NIOTLS

/// Tells when the handshake is done, and ends the connection with any fault of it. Receivers say nothing; what they say all the
/// same is dropped.
final class SyslogConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let shaken: EventLoopPromise<Void>

    init(shaken: EventLoopPromise<Void>) { self.shaken = shaken }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { shaken.succeed() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        shaken.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        shaken.fail(ChannelError.eof)
        context.fireChannelInactive()
    }
}

import AccessControl
import Approvals
import Decisions
public import Hummingbird
import Logging

/// Turns every error into a problem document. What is not expected says nothing of itself to the caller.
public struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
    public init() {}

    public func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            return problem.response
        } catch let error as AdmissionError {
            return Problem(error).response
        } catch let error as ApprovalError {
            return Problem(error).response
        } catch let error as AccessError {
            return Problem(error).response
        } catch let error as HTTPError where error.status == .notFound {
            return Problem.notFound.response
        } catch let error as HTTPError where (400..<500).contains(error.status.code) {
            return Problem(
                error.status, "request_invalid", "the request cannot be read", error.body ?? error.status.reasonPhrase
            )
            .response
        } catch {
            context.logger.error("a request failed", metadata: ["error": "\(error)", "path": "\(request.uri.path)"])
            return Problem.fault.response
        }
    }
}

"""For tests of your own: recorded decisions instead of Aegis, or the real Aegis on a free port.

`RecordedDecisions` is a test double: it evaluates no policy, it plays what you tell it. `AegisServer` starts the real `aegis serve`
on a folder of policies; with pytest, the fixture `aegis_server` does so.
"""

from ._recorded import Asked, NothingRecorded, RecordedDecisions, allow, approval_needed, deny, sanitize
from ._server import AegisServer, ServerFailed

__all__ = [
    "AegisServer",
    "Asked",
    "NothingRecorded",
    "RecordedDecisions",
    "ServerFailed",
    "allow",
    "approval_needed",
    "deny",
    "sanitize",
]

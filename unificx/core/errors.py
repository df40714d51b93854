"""Domain errors. The API maps them to problem+json, the CLI to one line, SIP to a status code.

`message` and `hint` are shown to users: they never contain a personal value that the caller did not send.
"""


class Refused(Exception):
    """Base class: a request that cannot be carried out, with a hint what to do about it."""

    code = "refused"

    def __init__(self, message: str, *, hint: str = "", field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.field = field


class NotFound(Refused):
    """The object does not exist or is not visible to the caller; the two cases are indistinguishable."""

    code = "not-found"


class Conflict(Refused):
    """The request conflicts with an existing object: a number or a name in use."""

    code = "conflict"


class Over(Refused):
    """The object existed but is used up, expired or revoked. A new one has to be requested."""

    code = "over"


class Invalid(Refused):
    """Invalid value; `field` names it."""

    code = "invalid"


class Forbidden(Refused):
    """The caller's role does not allow the request."""

    code = "forbidden"


class Unauthenticated(Refused):
    """Missing, unknown, wrong or expired credentials."""

    code = "unauthenticated"


class TooMany(Refused):
    """Rate limit exceeded: retry after `retry_after` seconds."""

    code = "too-many"

    def __init__(self, message: str, *, retry_after: float, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class NoRoom(Refused):
    """Out of storage: the disk is full or a quota is exhausted."""

    code = "no-room"


class CannotStart(Refused):
    """A precondition on the host is missing: a port, a program, disk space. Ends a command with exit code 2."""

    code = "cannot-start"


class Away(Refused):
    """A required external system does not answer. Retrying later may succeed."""

    code = "away"

"""Domain errors. The API maps them to problem+json, the CLI to one line, SIP to a status code.

`message` and `hint` are shown to users: they never contain a personal value that the caller did not send.
"""


class DomainError(Exception):
    """Base class: a request that cannot be carried out, with a hint what to do about it."""

    code = "refused"

    def __init__(self, message: str, *, hint: str = "", field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.field = field


class NotFound(DomainError):
    """The object does not exist or is not visible to the caller; the two cases are indistinguishable."""

    code = "not-found"


class Conflict(DomainError):
    """The request conflicts with an existing object: a number or a name in use."""

    code = "conflict"


class Expired(DomainError):
    """The object existed but is used up, expired or revoked. A new one has to be requested."""

    code = "over"


class Invalid(DomainError):
    """Invalid value; `field` names it."""

    code = "invalid"


class Forbidden(DomainError):
    """The caller's role does not allow the request."""

    code = "forbidden"


class Unauthenticated(DomainError):
    """Missing, unknown, wrong or expired credentials."""

    code = "unauthenticated"


class TooManyRequests(DomainError):
    """Rate limit exceeded: retry after `retry_after` seconds."""

    code = "too-many"

    def __init__(self, message: str, *, retry_after: float, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class StorageFull(DomainError):
    """Out of storage: the disk is full or a quota is exhausted."""

    code = "no-room"


class StartupError(DomainError):
    """A precondition on the host is missing: a port, a program, disk space. Ends a command with exit code 2."""

    code = "cannot-start"


class ServiceUnavailable(DomainError):
    """A required external system does not answer. Retrying later may succeed."""

    code = "away"
    retry_after: float | None = None
    """Seconds after which it probably answers again; None if unknown."""

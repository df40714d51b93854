"""What a use case may refuse with. Faces turn these into problem+json, one CLI line or a SIP status.

`message` and `hint` go to people: they never hold a personal value that the asker did not send.
"""


class Refused(Exception):
    """A request that cannot be done, and what to do about it."""

    code = "refused"

    def __init__(self, message: str, *, hint: str = "", field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.field = field


class NotFound(Refused):
    """It does not exist, or not for this asker: the two are not told apart."""

    code = "not-found"


class Conflict(Refused):
    """It clashes with something that exists: a number taken, a name used."""

    code = "conflict"


class Over(Refused):
    """It was there and is not any more: used, expired or taken back. Another one has to be asked for."""

    code = "over"


class Invalid(Refused):
    """A value that cannot be accepted; `field` says which."""

    code = "invalid"


class Forbidden(Refused):
    """The asker's role does not allow it."""

    code = "forbidden"


class Unauthenticated(Refused):
    """Nobody we know, or a wrong or expired credential."""

    code = "unauthenticated"


class TooMany(Refused):
    """Too often: come back after `retry_after` seconds."""

    code = "too-many"

    def __init__(self, message: str, *, retry_after: float, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class NoRoom(Refused):
    """There is no room to keep it: a full disk, or as much as one may keep."""

    code = "no-room"


class CannotStart(Refused):
    """The machine lacks something: a port, a program, room on the disk. Ends a command with exit code 2."""

    code = "cannot-start"


class Away(Refused):
    """Another system that this needs does not answer. It may later."""

    code = "away"

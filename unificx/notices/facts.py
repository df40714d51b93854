"""What happened, told on the bus while it matters; nothing of it is kept."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PushSeen:
    """A push that a person asked for as a test has come to the device of this sign-in."""

    tenant: str
    session_id: str
    test_id: str

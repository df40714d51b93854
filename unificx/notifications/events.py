"""Events on the bus. They are not stored."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PushSeen:
    """A requested test push has arrived on the device of the signed-in session."""

    tenant: str
    session_id: str
    test_id: str

"""What the room needs from others."""

from typing import Protocol


class Master(Protocol):
    """What wraps the keys at the top, one a tenant. `MasterKey` fills it with 32 bytes in memory; a key management
    service fills it by asking: it is asked once a tenant and life, never at a call."""

    def wrap(self, below: bytes, *place: str) -> bytes:
        """Encrypt a key, bound to its place. Raises CannotStart where nobody answers."""
        ...

    def unwrap(self, wrapped: bytes, *place: str) -> bytes:
        """What `wrap` wrapped. Raises cryptography's InvalidTag for another place or key, or damage; CannotStart."""
        ...

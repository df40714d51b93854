"""Ports."""

from typing import Protocol


class KeyWrapper(Protocol):
    """Wraps the tenant keys. Implemented by `MasterKey` with 32 bytes in memory, or by a key management service (KMS).

    Called once per tenant and process, never during a call.
    """

    def wrap(self, key: bytes, *context: str) -> bytes:
        """Encrypt a key, bound to its context. Raise StartupError if the KMS does not answer."""
        ...

    def unwrap(self, wrapped: bytes, *context: str) -> bytes:
        """Decrypt a wrapped key. Raise InvalidTag for a wrong context or key or damaged data; StartupError."""
        ...

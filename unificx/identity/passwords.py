"""Argon2id password hashing in threads, with few at a time because each takes 64 MiB."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from unificx.core.errors import TooManyRequests
from unificx.identity.policies.validation import PASSWORD_LENGTHS

T = TypeVar("T")

MAX_CONCURRENT = 2
MAX_WAITING = 64


class PasswordHashing:
    """Hashes and verifies passwords. The default hasher uses the second recommended parameters of RFC 9106."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._semaphore = asyncio.Semaphore(MAX_CONCURRENT)
        self._waiting = 0
        self._dummy_hash: str | None = None

    async def hash(self, password: str) -> str:
        """Return an Argon2id hash with its own salt. Raise TooManyRequests if the queue is full."""
        return await self._run_limited(self._hasher.hash, password)

    async def verify(self, hash_: str | None, password: str) -> bool:
        """Whether the password matches the hash. Without a hash it takes equally long and is False."""
        if hash_ is None and self._dummy_hash is None:
            self._dummy_hash = await self.hash("dummy password")
        matches = await self._run_limited(self._matches, hash_ or self._dummy_hash, password)
        return matches and hash_ is not None

    def needs_rehash(self, hash_: str) -> bool:
        """Whether the hash was created with other than the current parameters."""
        return self._hasher.check_needs_rehash(hash_)

    def _matches(self, hash_: str, password: str) -> bool:
        try:
            return self._hasher.verify(hash_, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run_limited(self, work: Callable[..., T], *arguments: str | None) -> T:
        if self._waiting >= MAX_WAITING:
            raise TooManyRequests("Too many users are signing in right now.", retry_after=2.0)
        self._waiting += 1
        try:
            async with self._semaphore:
                return await asyncio.to_thread(work, *arguments)
        finally:
            self._waiting -= 1


def truncate(password: str) -> str:
    """Limit the input to one character more than the maximum: anything longer is wrong anyway."""
    return password[: PASSWORD_LENGTHS[1] + 1]

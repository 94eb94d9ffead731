"""Ids, link tokens and passwords: made, hashed and compared."""

from __future__ import annotations

import asyncio
import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

ID_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without look-alikes: people read ids to each other when something fails."""
ID_LENGTH = 16


def new_id() -> str:
    return "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_LENGTH))


def new_token() -> str:
    """A secret for a link: 256 bits, URL-safe."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What is stored of a token. Plain SHA-256 is enough for 256 random bits, and lets the
    database find the row by it."""
    return hashlib.sha256(token.encode()).hexdigest()


class Passwords:
    """Argon2id. Hashing takes tens of milliseconds of processor, so it runs in a thread, and two
    at a time at most: a flood of sign-ins must not take the cores from a class."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = asyncio.Semaphore(2)
        # Verified for unknown addresses, so that they take as long as known ones.
        self._nobody = self._hasher.hash(new_token())

    async def hash(self, password: str) -> str:
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """False for ``stored`` None, after the same work."""
        async with self._turn:
            matches = await asyncio.to_thread(self._matches, stored or self._nobody, password)
        return matches and stored is not None

    def needs_rehash(self, stored: str) -> bool:
        return self._hasher.check_needs_rehash(stored)

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

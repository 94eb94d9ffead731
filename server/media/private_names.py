"""Names that ``srtp.py`` and ``ice.py`` use and their packages do not promise; checked at start."""

from __future__ import annotations

from typing import Final

from aioice import stun
from pylibsrtp import Session, _binding

PRIVATE_NAMES: Final = (
    (_binding, ("ffi", "lib")),
    (_binding.lib, ("srtp_protect", "srtp_protect_rtcp", "srtp_unprotect",
                    "srtp_unprotect_rtcp")),
    (stun.Message, ("check_message_integrity", "add_message_integrity")),
)  # fmt: skip


class PrivateNameMissing(RuntimeError):
    """An installed package lacks a private name the plane relies on."""


def check_private_names() -> None:
    """Raise PrivateNameMissing rather than fail in the middle of a class."""
    for owner, names in PRIVATE_NAMES:
        for name in names:
            if not hasattr(owner, name):
                raise PrivateNameMissing(f"{owner!r} has no {name}")
    if not hasattr(Session(), "_srtp"):
        raise PrivateNameMissing("pylibsrtp.Session has no _srtp")

"""TURN: the way round for those whose network lets no UDP through to the media port.

Credentials are those of draft-uberti-behave-turn-rest-00, which coturn calls ``use-auth-secret``:
the user name is when it ends and whose it is, the password its HMAC-SHA1 under a secret that the
TURN server shares. So nothing is stored and nothing has to be asked of the TURN server. A
credential that has run out opens no new way; what is open stays until it closes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Sequence
from typing import Final

from server.schemas.live_media import IceServer, MediaServers

LASTS_S: Final = 4 * 3600
"""longer than a class; a page asks again for each connection it brings up"""


class TurnServers:
    """``urls`` empty: there are none, and nobody gets a credential."""

    def __init__(
        self, urls: Sequence[str], secret: str, now_s: Callable[[], float] = time.time
    ) -> None:
        self._urls = tuple(urls)
        self._secret = secret.encode()
        self._now_s = now_s

    def for_participant(self, participant_id: str) -> MediaServers:
        if not self._urls:
            return MediaServers([], None)
        username = f"{int(self._now_s()) + LASTS_S}:{participant_id}"
        # The draft says SHA-1, and coturn knows nothing else here; as an HMAC it is sound.
        digest = hmac.new(self._secret, username.encode(), hashlib.sha1).digest()
        credential = base64.b64encode(digest).decode()
        return MediaServers([IceServer(list(self._urls), username, credential)], LASTS_S)

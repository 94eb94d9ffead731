"""A fresh server with its first people, made over the same HTTP API that the pages use."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

from server.demo.http_account import Account, CallFailed
from server.demo.server_process import ServerFailed, ServerProcess

PASSWORD = "correct horse battery"  # noqa: S105  of accounts on a throw-away server
ADMIN_EMAIL = "admin@example.org"


def email_of(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return f"{plain.replace(' ', '.')}@example.org"


class School:
    def __init__(self, server: ServerProcess) -> None:
        self.server = server
        self.admin = Account(server.url)
        self._accounts = [self.admin]

    async def open(self) -> None:
        """Become the first admin by the printed link, or come back as the one this made before."""
        me = await self.admin.get("/me")
        if me["needs_setup"]:
            token = await self.server.setup_token()
            if token is None:
                raise ServerFailed(f"no setup link was printed:\n{self.server.tail()}")
            await self.admin.post(
                "/setup",
                {"token": token, "name": "Ada Admin", "email": ADMIN_EMAIL, "password": PASSWORD},
            )
            return
        try:
            await self.admin.post("/sign-in", {"email": ADMIN_EMAIL, "password": PASSWORD})
        except CallFailed as refusal:
            raise ServerFailed(
                f"{self.server.data} has an admin of its own; name an empty folder in REPRISE_DATA"
            ) from refusal

    async def close(self) -> None:
        for account in self._accounts:
            await account.close()

    def stranger(self) -> Account:
        """A browser that nobody is signed in with."""
        account = Account(self.server.url)
        self._accounts.append(account)
        return account

    async def invite(self, name: str, role: str) -> Account:
        """A new account that has accepted its invitation and is signed in."""
        email = email_of(name)
        account = self.stranger()
        try:
            invitation = await self.admin.post(
                "/invitations", {"email": email, "name": name, "role": role}
            )
        except CallFailed as refusal:
            if refusal.status != 409:
                raise
            await account.post("/sign-in", {"email": email, "password": PASSWORD})
            return account
        await account.accept_invitation(invitation["link"], name, PASSWORD)
        return account

    async def guest(self, facilitator: Account, session_id: str, name: str) -> Account:
        """A guest who has taken the one seat of a fresh join link."""
        link = await facilitator.post(f"/sessions/{session_id}/links", {"name": name})
        account = self.stranger()
        await account.take_seat(link["link"], name)
        return account

    async def session(self, facilitator: Account, title: str, **fields: Any) -> str:
        made = await facilitator.post("/sessions", {"title": title, **fields})
        return made["session_id"]

    async def enrol(self, facilitator: Account, session_id: str, learner: Account) -> None:
        user = (await learner.get("/me"))["user"]
        await facilitator.post(f"/sessions/{session_id}/members", {"email": user["email"]})

    def recording_folder(self, recording_id: str, version: int) -> Path:
        return self.server.data / "recordings" / recording_id / f"v{version}"

    def published(self, recording_id: str, version: int, name: str) -> Any:
        """One of the JSON files of a published version, as it lies on disk."""
        path = self.recording_folder(recording_id, version) / name
        return json.loads(path.read_text(encoding="utf-8"))

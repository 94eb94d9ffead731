"""The OpenAPI document holds against the running server: schemathesis asks it anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from server.api.openapi import document, statuses_of
from server.api.table import ROUTES

SERVER = """
import asyncio, json, sys
from pathlib import Path
from tests.house import open_house
from tests.integration.test_permissions import school

async def main():
    async with open_house(Path(sys.argv[1])) as house:
        # Not the throttle but the routes are tried here; it has tests of its own.
        house.composition.services.identity._throttle.count_try = lambda *_: None
        told = await school(house)
        jar = told.people["admin"].client.session.cookie_jar
        cookies = jar.filter_cookies(house.server.make_url("/"))
        print(json.dumps({
            "address": str(house.server.make_url("/")),
            "cookie": cookies["reprise_session"].value,
            "names": told.names,
        }), flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@dataclass(frozen=True, slots=True)
class Running:
    address: str
    cookie: str
    names: dict[str, str]

    def config(self, who: str) -> str:
        """Ids of things that exist, so that more than 404 is tried; and who asks."""
        known = {
            "session_id": self.names["session"],
            "recording_id": self.names["recording"],
            "user_id": self.names["outsider"],
            "link_id": self.names["link_id"],
            "token_id": self.names["token_id"],
            "item_id": "i1",
            "format_id": self.names["format"],
            "material_id": self.names["material"],
        }
        lines = ["[parameters]", *(f'"path.{name}" = "{value}"' for name, value in known.items())]
        if who == "admin":
            lines += ["[auth.openapi.session]", f'api_key = "{self.cookie}"']
        return "\n".join(lines) + "\n"


def test_the_document_names_every_route_and_its_failures() -> None:
    told = document()
    operations = {
        operation["operationId"]: operation
        for path in told["paths"].values()
        for operation in path.values()
    }
    assert set(operations) == {route.name for route in ROUTES}
    for route in ROUTES:
        answers = set(operations[route.name]["responses"])
        assert {str(status) for status in statuses_of(route)} <= answers
    text = json.dumps(told)
    for name in told["components"]["schemas"]:
        assert f"#/components/schemas/{name}" in text


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server in a process of its own."""
    folder = tmp_path_factory.mktemp("house")
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(folder)],
        stdout=subprocess.PIPE,
        # The server logs each of the malformed requests it refuses.
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert process.stdout is not None
    try:
        told = json.loads(process.stdout.readline())
        yield Running(told["address"], told["cookie"], told["names"])
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


@pytest.mark.parametrize("who", ["stranger", "admin"])
@pytest.mark.timeout(300)
def test_the_server_answers_as_the_document_says(
    running: Running, who: str, tmp_path: Path
) -> None:
    (tmp_path / "schemathesis.toml").write_text(running.config(who))
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{running.address}api/v1/openapi.json",
        "--max-examples", "4" if who == "admin" else "2",
        "--phases", "coverage,fuzzing" if who == "admin" else "fuzzing",
        "--seed", "1", "--request-timeout", "10", "--generation-database", "none",
        # Valid in form is not yet possible: unknown people, links that were used.
        "--exclude-checks", "positive_data_acceptance",
        # Signing out would end the sign-in that the rest is asked with.
        "--exclude-path-regex", "sign-out",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]

"""What can be proved of the images and the compose file without an engine.

``compose-spec.schema.json`` is the Compose Specification's own JSON schema
(github.com/compose-spec/compose-spec, Apache-2.0), unchanged.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from server.settings import SETTINGS, read_settings

SCHEMA = Path(__file__).with_name("compose-spec.schema.json")


@pytest.fixture(scope="module")
def compose(repository: Path) -> dict[str, Any]:
    return yaml.safe_load((repository / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def image_steps(repository: Path) -> list[tuple[str, str]]:
    """(instruction, arguments) of the Dockerfile, continuation lines joined."""
    text = (repository / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines]


def test_compose_file_holds_against_the_schema(compose: dict[str, Any]) -> None:
    validator = jsonschema_rs.Draft201909Validator(json.loads(SCHEMA.read_text()))
    assert [str(error) for error in validator.iter_errors(compose)] == []


def test_schema_refuses_what_compose_would_refuse(compose: dict[str, Any]) -> None:
    validator = jsonschema_rs.Draft201909Validator(json.loads(SCHEMA.read_text()))
    wrong = compose | {"services": {"server": {"portz": ["40000:40000/udp"]}}}
    assert not validator.is_valid(wrong)


def test_server_and_worker_share_one_volume_and_one_image(compose: dict[str, Any]) -> None:
    server, worker = compose["services"]["server"], compose["services"]["worker"]
    assert server["volumes"] == worker["volumes"] == ["data:/data"]
    assert server["image"] == worker["image"]
    assert server["environment"]["REPRISE_DATA"] == "/data"


def test_only_the_proxy_publishes_tcp_and_the_server_publishes_its_media_port(
    compose: dict[str, Any],
) -> None:
    published = {
        name: service.get("ports", []) for name, service in compose["services"].items()
    }  # fmt: skip
    assert published["server"] == ["40000:40000/udp"]
    assert published["worker"] == []
    assert "443:443" in published["proxy"]


@pytest.mark.parametrize("service", ["server", "worker"])
def test_commands_of_the_services_are_commands_of_the_project(
    compose: dict[str, Any], service: str, repository: Path
) -> None:
    command = compose["services"][service]["command"]
    reprise = repository / ".venv" / "bin" / "reprise"
    shown = subprocess.run(
        [reprise, command[0], "--help"], capture_output=True, text=True, check=True
    )
    for flag in command[1:]:
        assert flag in shown.stdout


def test_turn_is_asked_for_and_configured_by_the_project(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    services = compose["services"]
    assert services["turn"]["profiles"] == services["turn-config"]["profiles"] == ["turn"]
    assert "ports" not in services["turn"]
    words = [
        re.sub(r"^/turn/", f"{tmp_path}/", word) for word in services["turn-config"]["command"]
    ]
    words[words.index("--peer") + 1] = "203.0.113.7"
    environ = {
        "REPRISE_DATA": str(tmp_path),
        "REPRISE_TURN_URLS": "turn:class.example.org,turns:class.example.org",
    }
    program = [sys.executable, "-m", "server.cli", *words]
    subprocess.run(program, env=os.environ | environ, check=True)
    read_by_coturn = Path(services["turn"]["command"][1].replace("/turn", str(tmp_path), 1))
    assert "allowed-peer-ip=203.0.113.7" in read_by_coturn.read_text()


def test_settings_in_the_compose_file_are_settings_of_the_server(
    compose: dict[str, Any],
) -> None:
    environment = compose["services"]["server"]["environment"]
    chosen = {name: value for name, value in environment.items() if "${" not in value}
    assert set(environment) <= {setting.env for setting in SETTINGS}
    settings = read_settings(environ=chosen)
    assert settings.https_port is None
    assert settings.has_worker is False
    assert (
        f"{settings.media_port}:{settings.media_port}/udp" in compose["services"]["server"]["ports"]
    )


def test_image_is_built_by_the_projects_own_steps(
    image_steps: list[tuple[str, str]], repository: Path
) -> None:
    """Beside the base system's make, a user and a clean-up, an image does what `make run` does."""
    own = []
    for instruction, arguments in image_steps:
        if instruction != "RUN":
            continue
        for command in arguments.split("&&"):
            words = shlex.split(command)
            if words[0] == "make":
                target = words[1]
                assert re.search(
                    rf"^[a-z -]*\b{target}\b.*:",
                    (repository / "Makefile").read_text(),
                    re.MULTILINE,
                )
                own.append(target)
            elif words[0] == "python3":
                assert (repository / words[1]).is_file()
                own.append(words[1])
            elif words[0] == ".venv/bin/python":
                assert (repository / f"{words[2].replace('.', '/')}.py").is_file()
                own.append(words[2])
            else:
                assert words[0] in {"apt-get", "rm", "useradd", "install"}, command
    assert own == ["setup-run", "server.media.native_build", "scripts/system_packages.py"]


def test_image_runs_as_an_ordinary_user_on_a_volume(image_steps: list[tuple[str, str]]) -> None:
    steps = dict(image_steps)
    assert steps["USER"] == "reprise"
    assert steps["VOLUME"] == "/data"
    assert steps["ENTRYPOINT"] == '["reprise"]'

"""Settings: one table, from which come the environment variables, the flags and their help.

A flag wins over the environment, the environment over the default. docs/operation.md describes
each; a test holds it to this table.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network


TURN_URL: Final = (
    r"(?P<scheme>turns?):(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?"
    r"(?:\?transport=(?P<transport>udp|tcp))?"
)
"""RFC 7065"""


class BadSetting(Exception):
    """A setting that cannot be; the message names it and says what would do."""


@dataclass(frozen=True, slots=True)
class Settings:
    data: Path = Path("data")
    bind: str = "*"
    port: int = 8080
    https_port: int | None = 8443
    media_port: int = 40000
    media_plane: str = "auto"
    media_gso: bool = True
    metrics_token: str | None = None
    public_url: str | None = None
    announce_ip: tuple[str, ...] = ()
    turn_urls: tuple[str, ...] = ()
    turn_secret: str | None = None
    web_dist: Path = Path(__file__).resolve().parent.parent / "web" / "dist"
    extra_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[Network, ...] = ()
    log_level: str = "info"
    has_worker: bool = True
    has_captions: bool = True
    captions_model: str = "whisper-base"
    speech_language: str = "en"

    @property
    def plane_socket(self) -> Path:
        """Where the native media plane waits for the next server when this one was killed."""
        return self.data / "plane.sock"


def _join(values: tuple[Any, ...]) -> str:
    return ",".join(str(value) for value in values)


@dataclass(frozen=True, slots=True)
class Setting:
    field: str
    parse: Callable[[str], Any]
    help: str
    write: Callable[[Any], str] = str
    is_secret: bool = False
    """no flag: what a command line says everybody on the machine can read"""

    @property
    def is_list(self) -> bool:
        """Its flag may be given several times."""
        return self.write is _join

    @property
    def env(self) -> str:
        return {
            "has_worker": "REPRISE_WORKER",
            "has_captions": "REPRISE_CAPTIONS",
            "extra_origins": "REPRISE_ALLOWED_ORIGINS",
        }.get(self.field, f"REPRISE_{self.field.upper()}")

    @property
    def flag(self) -> str:
        return "--" + self.env.removeprefix("REPRISE_").lower().replace("_", "-")


def _port(text: str) -> int:
    if not text.isdigit() or not 0 <= int(text) <= 65535:
        raise ValueError("a port is a number from 0 to 65535")
    return int(text)


def _optional_port(text: str) -> int | None:
    return None if text.lower() in ("", "off", "none") else _port(text)


def _host(text: str) -> str:
    return text if text == "*" else str(ip_address(text))


def _url(text: str) -> str | None:
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError("an address is like https://class.example.org, without a path")
    return f"{parts.scheme}://{parts.netloc}"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


def _origins(text: str) -> tuple[str, ...]:
    return tuple(origin for word in _words(text) if (origin := _url(word)))


def _addresses(text: str) -> tuple[str, ...]:
    return tuple(str(ip_address(word)) for word in _words(text))


def _turn_urls(text: str) -> tuple[str, ...]:
    for word in _words(text):
        if not re.fullmatch(TURN_URL, word):
            raise ValueError(
                f"{word} is not a TURN server; one is like turn:turn.example.org:3478, "
                "turn:turn.example.org?transport=tcp or turns:turn.example.org:443"
            )
    return _words(text)


def _secret(text: str) -> str | None:
    if not text:
        return None
    if len(text) < 16 or not text.isascii() or any(c.isspace() or c == "#" for c in text):
        raise ValueError("at least 16 letters, digits and signs, without blanks and #")
    return text


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(word) for word in _words(text))


def _level(text: str) -> str:
    if text.lower() not in ("debug", "info", "warning", "error"):
        raise ValueError("one of debug, info, warning, error")
    return text.lower()


def _switch(text: str) -> bool:
    if text.lower() in ("1", "on", "yes", "true"):
        return True
    if text.lower() in ("0", "off", "no", "false"):
        return False
    raise ValueError("on or off")


def _model(text: str) -> str:
    if not text.startswith("whisper-"):
        raise ValueError("a speech model, such as whisper-base or whisper-tiny.en")
    return text


def _plane(text: str) -> str:
    if text.lower() not in ("auto", "native", "python"):
        raise ValueError("auto, native or python")
    return text.lower()


SETTINGS: tuple[Setting, ...] = (
    Setting("data", Path, "folder of everything that is kept"),
    Setting(
        "bind",
        _host,
        "address to listen on for HTTP, HTTPS and media; * for all of IPv4 and IPv6",
    ),
    Setting("port", _port, "HTTP port"),
    Setting(
        "https_port",
        _optional_port,
        "HTTPS port, with a certificate of our own making; off for none",
        lambda port: "off" if port is None else str(port),
    ),
    Setting("media_port", _port, "UDP port of all audio and video"),
    Setting(
        "media_plane",
        _plane,
        "what forwards audio and video: native (in C), python, or auto: native where it can be had",
    ),
    Setting(
        "media_gso",
        _switch,
        "the native plane hands runs of packets to the kernel as one; off where a network driver "
        "breaks them",
        lambda is_on: "on" if is_on else "off",
    ),
    Setting(
        "public_url",
        _url,
        "address people use when a proxy stands before the server",
        lambda url: url or "",
    ),
    Setting(
        "announce_ip",
        _addresses,
        "further addresses media can be sent to, such as the public one behind NAT",
        _join,
    ),
    Setting(
        "turn_urls",
        _turn_urls,
        "TURN servers for those whose network lets no UDP through",
        _join,
    ),
    Setting(
        "turn_secret",
        _secret,
        "what the TURN server shares with this one",
        lambda secret: secret or "",
        is_secret=True,
    ),
    Setting(
        "metrics_token",
        _secret,
        "bearer token for Prometheus at /metrics, 16 characters or more; without one there is none",
        lambda token: token or "",
        is_secret=True,
    ),
    Setting("web_dist", Path, "folder of the built web app"),
    Setting(
        "extra_origins",
        _origins,
        "for development: origins of pages served elsewhere that may use this server",
        _join,
    ),
    Setting(
        "trusted_proxies",
        _networks,
        "networks of proxies whose X-Forwarded-For counts",
        _join,
    ),
    Setting("log_level", _level, "debug, info, warning or error"),
    Setting(
        "has_worker",
        _switch,
        "whether serve also runs the recording worker",
        lambda is_on: "on" if is_on else "off",
    ),
    Setting(
        "has_captions",
        _switch,
        "whether this server makes live captions",
        lambda is_on: "on" if is_on else "off",
    ),
    Setting("captions_model", _model, "speech model of live captions"),
    Setting("speech_language", str, "language of the classes, such as en"),
)
assert {s.field for s in SETTINGS} == {f.name for f in fields(Settings)}


def add_flags(parser: argparse.ArgumentParser) -> None:
    defaults = Settings()
    for setting in SETTINGS:
        if setting.is_secret:
            continue
        shown = setting.write(getattr(defaults, setting.field)) or "none"
        if setting.field == "web_dist":
            shown = "web/dist beside the program"
        parser.add_argument(
            setting.flag,
            dest=setting.field,
            metavar="VALUE",
            help=f"{setting.help} (default: {shown}; {setting.env})",
            action="append" if setting.is_list else "store",
        )


def read_settings(
    flags: Mapping[str, str | Sequence[str] | None] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """Raises BadSetting."""
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        text, source = (flags or {}).get(setting.field), setting.flag
        if text is None:
            text, source = environ.get(setting.env), setting.env
        if text is None:
            continue
        if not isinstance(text, str):
            text = ",".join(text)
        try:
            values[setting.field] = setting.parse(text.strip())
        except ValueError as error:
            shown = "no secret that will do" if setting.is_secret else repr(text)
            raise BadSetting(f"{source} is {shown}: {error}") from error
    return Settings(**values)


def to_environ(settings: Settings) -> dict[str, str]:
    """For child processes: they read what was decided here."""
    return {s.env: s.write(getattr(settings, s.field)) for s in SETTINGS}

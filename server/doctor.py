"""``reprise doctor``: is everything there that a class and its recording need, and if not, what
to do about it."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from server.media.native_build import CannotBuild
from server.media_choice import obtain_program
from server.settings import Settings
from server.slides.sandbox import Sandbox, office, sandbox
from server.storage.engines import sync_engine
from server.storage.migrate import DATABASES, schema_state
from server.storage.secrets_folder import SecretsFolder, own_names, problem_of
from transcripts import models
from transcripts.model_table import MODELS
from transcripts.ports import TranscriptError

CODERS = ("libx264", "aac", "libopus", "libwebp")
DECODERS = ("vp8", "vp9", "h264", "opus")
AV1_DECODERS = ("libdav1d", "libaom-av1")
"""ffmpeg's own needs a graphics card"""
LEAST_FREE = 2 << 30
ENOUGH_FREE = 20 << 30
"""Twenty hours of class, roughly, with captures and recordings."""
LONGEST_FFMPEG_S = 20


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    is_ok: bool
    detail: str
    fix: str = ""
    is_warning: bool = False
    """worth knowing, but everything works"""


def examine(settings: Settings) -> Iterator[Finding]:
    """One finding at a time, so that they can be printed as they come."""
    checks: Sequence[Callable[[Settings], Iterator[Finding]]] = (
        check_python, check_data, check_disk, check_databases, check_ffmpeg, check_plane,
        check_slides, check_models, check_web, check_ports, check_certificate, check_clock,
    )  # fmt: skip
    for check in checks:
        yield from check(settings)


def check_python(_settings: Settings) -> Iterator[Finding]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    is_ok = sys.version_info >= (3, 11)
    yield Finding("python", is_ok, version, "Reprise needs Python 3.11 or newer.")
    is_linux = sys.platform == "linux"
    yield Finding("system", is_linux, sys.platform, "Run the server on Linux, or in its container.")


def check_data(settings: Settings) -> Iterator[Finding]:
    data = settings.data.resolve()
    place = data
    while not place.exists():
        place = place.parent
    is_ok = os.access(place, os.W_OK | os.X_OK)
    yield Finding(
        "data folder", is_ok, str(data), f"Make {place} writable, or set REPRISE_DATA elsewhere."
    )


def check_disk(settings: Settings) -> Iterator[Finding]:
    place = settings.data.resolve()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    yield Finding(
        "disk",
        free >= ENOUGH_FREE or free >= LEAST_FREE,
        f"{free / (1 << 30):.1f} GB free",
        "Free some space, or set REPRISE_DATA to a larger disk: recording stops when it is full.",
        is_warning=LEAST_FREE <= free < ENOUGH_FREE,
    )


def check_databases(settings: Settings) -> Iterator[Finding]:
    for database in DATABASES:
        path = settings.data / f"{database}.db"
        name = path.name
        if not path.is_file():
            yield Finding(name, True, "not there yet; the first start makes it")
            continue
        try:
            with closing(
                sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)
            ) as connection:
                [(verdict,), *_] = connection.execute("PRAGMA integrity_check(1)").fetchall()
                broken = connection.execute("PRAGMA foreign_key_check").fetchmany(1)
        except sqlite3.Error as error:
            verdict, broken = str(error), []
        is_ok = verdict == "ok" and not broken
        yield Finding(
            name,
            is_ok,
            "sound" if is_ok else f"damaged: {verdict if verdict != 'ok' else 'lost references'}",
            "Stop the server and restore the last backup: reprise restore FILE",
        )
        if is_ok:
            engine = sync_engine(path)
            state = schema_state(engine, database)
            engine.dispose()
            yield Finding(
                f"{name} schema",
                state != "newer",
                state,
                "Start the newer version that wrote it, or restore an older backup."
                if state == "newer"
                else "The next start brings it up to date.",
                is_warning=state == "older",
            )


def check_ffmpeg(_settings: Settings) -> Iterator[Finding]:
    fix = "Install it: apt-get install ffmpeg"
    for program in ("ffmpeg", "ffprobe"):
        path = shutil.which(program)
        yield Finding(program, path is not None, path or "missing", fix)
    if shutil.which("ffmpeg") is None:
        return
    for kind, wanted in (("encoders", CODERS), ("decoders", DECODERS)):
        listed = subprocess.run(
            ["ffmpeg", "-hide_banner", f"-{kind}"],
            capture_output=True,
            text=True,
            timeout=LONGEST_FFMPEG_S,
            check=False,
        ).stdout
        known = {line.split()[1] for line in listed.splitlines() if len(line.split()) > 1}
        missing = [name for name in wanted if name not in known]
        detail = f"without {', '.join(missing)}" if missing else ", ".join(wanted)
        yield Finding(f"ffmpeg {kind}", not missing, detail, "Install a full build of ffmpeg.")
    usable = [name for name in AV1_DECODERS if name in known]
    yield Finding(
        "ffmpeg AV1",
        bool(usable),
        usable[0] if usable else "streams sent in AV1 are recorded without their picture",
        "Install a build of ffmpeg with libdav1d.",
        is_warning=not usable,
    )


def check_plane(settings: Settings) -> Iterator[Finding]:
    """Built when it is not there, as the server would do."""
    if settings.media_plane == "python":
        yield Finding("media plane", True, "python, as asked for")
        return
    try:
        program = obtain_program()
    except CannotBuild as failure:
        yield Finding(
            "media plane",
            settings.media_plane == "auto",
            "python",
            str(failure),
            is_warning=settings.media_plane == "auto",
        )
    else:
        yield Finding("media plane", True, f"native: {program.name}")


def check_slides(_settings: Settings) -> Iterator[Finding]:
    yield from slide_findings(sandbox(), office())


def slide_findings(box: Sandbox, office_path: str | None) -> Iterator[Finding]:
    """What slides are opened in, and whether PPTX can be: with less of it classes go on."""
    lacks = [
        text
        for text, is_held in (("the network is not cut off", box.network),
                              ("other files are not kept out of reach", box.files))
        if not is_held
    ]  # fmt: skip
    detail = box.kind if not lacks else f"{box.kind}: {' and '.join(lacks)}"
    yield Finding(
        "slides sandbox",
        True,
        detail,
        "Install bubblewrap: apt-get install bubblewrap (a container may have to allow it).",
        is_warning=box.kind != "bubblewrap",
    )
    is_ready = office_path is not None and box.network
    missing = "missing" if office_path is None else "not used: the network cannot be cut off"
    yield Finding(
        "libreoffice",
        True,
        office_path if office_path is not None and is_ready else f"{missing}; PPTX is refused",
        "Install it: apt-get install libreoffice-impress (PDF works without)."
        if office_path is None
        else "Install bubblewrap, or allow network namespaces.",
        is_warning=not is_ready,
    )


def check_models(_settings: Settings) -> Iterator[Finding]:
    for model in MODELS.values():
        if not model.is_default:
            continue
        try:
            place, is_ok = str(models.folder(model.name)), True
        except TranscriptError as error:
            place, is_ok = error.code, False
        yield Finding(
            f"model {model.name}",
            is_ok,
            place,
            f"Fetch it: python -m transcripts.models fetch --only {model.name}",
        )


def check_web(settings: Settings) -> Iterator[Finding]:
    is_built = (settings.web_dist / "index.html").is_file()
    yield Finding(
        "web app", is_built, str(settings.web_dist), "Build it: make web (or set REPRISE_WEB_DIST)."
    )


def check_ports(settings: Settings) -> Iterator[Finding]:
    wanted = [
        ("HTTP port", settings.port, socket.SOCK_STREAM, "REPRISE_PORT"),
        ("HTTPS port", settings.https_port, socket.SOCK_STREAM, "REPRISE_HTTPS_PORT"),
        ("media port", settings.media_port, socket.SOCK_DGRAM, "REPRISE_MEDIA_PORT"),
    ]
    for name, port, kind, setting in wanted:
        if port is None:
            continue
        problem = _cannot_bind(settings.bind, port, kind)
        if problem is None:
            yield Finding(name, True, f"{port} is free")
        elif problem == errno.EADDRINUSE and port == settings.port and _is_ours(port):
            yield Finding(name, True, f"{port}: this server is running")
        else:
            fix = f"Stop what uses it (ss -lunpt | grep {port}), or set {setting} to another."
            is_running = _is_ours(settings.port)
            yield Finding(
                name, is_running, f"{port}: {os.strerror(problem)}", fix, is_warning=is_running
            )


def _cannot_bind(address: str, port: int, kind: socket.SocketKind) -> int | None:
    if address == "*":
        address = "::" if socket.has_dualstack_ipv6() else "0.0.0.0"  # noqa: S104
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            return error.errno or errno.EINVAL
    return None


def _is_ours(port: int) -> bool:
    import urllib.error
    import urllib.request

    try:
        address = f"http://127.0.0.1:{port}/api/v1/healthz"
        with urllib.request.urlopen(address, timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def check_certificate(settings: Settings) -> Iterator[Finding]:
    if settings.https_port is None:
        return
    folder = SecretsFolder(settings.data)
    try:
        certificate = folder.certificate()
    except ValueError as error:
        yield Finding(
            "certificate", False, str(error), f"Delete {folder.certificate_path}; it is made anew."
        )
        return
    problem = problem_of(certificate, own_names())
    if certificate is None:
        yield Finding("certificate", True, "not there yet; the first start makes it")
    else:
        detail = problem or f"good until {certificate.not_valid_after_utc:%Y-%m-%d}"
        yield Finding(
            "certificate", True, detail, "It is made anew at the next start.", problem is not None
        )


def check_clock(settings: Settings) -> Iterator[Finding]:
    """Sessions are anchored to UTC, certificates and sign-ins run out by it."""
    year = time.gmtime().tm_year
    database = settings.data / "library.db"
    written = database.stat().st_mtime if database.is_file() else 0.0
    is_back = time.time() < written - 60
    yield Finding(
        "clock",
        year >= 2025 and not is_back,
        time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
        + (", before the last write to the database" if is_back else ""),
        "Set the clock; a machine keeps it right with: timedatectl set-ntp true",
    )


def report(settings: Settings, say: Callable[[str], None] = print) -> int:
    """Print the findings; 1 when something has to be done."""
    failed = 0
    for finding in examine(settings):
        mark = "ok  " if finding.is_ok and not finding.is_warning else "note"
        if not finding.is_ok and not finding.is_warning:
            mark = "FAIL"
            failed += 1
        say(f"{mark}  {finding.name}: {finding.detail}")
        if mark != "ok  " and finding.fix:
            say(f"      → {finding.fix}")
    say("Everything is in place." if not failed else f"{failed} to put right.")
    return 1 if failed else 0

"""``reprise``: the command line. docs/operation.md describes every verb."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from server import __version__
from server.settings import BadSetting, Settings, add_flags, read_settings, to_environ

EXIT_CONFIG = 78
"""``EX_CONFIG``: the supervisor does not start such a process again."""
LEAST_PASSWORD = 10


@dataclass(frozen=True, slots=True)
class Verb:
    name: str
    help: str
    run: Callable[[Settings, argparse.Namespace], int]
    add: Callable[[argparse.ArgumentParser], object] = lambda _parser: None


# Everything heavy is imported inside the verbs: ``reprise version`` must not load a media stack.


def serve(settings: Settings, _options: argparse.Namespace) -> int:
    from server.supervisor import supervise

    status = supervise(to_environ(settings), settings.has_worker)
    if settings.plane_socket.exists():
        # Of a server that was killed meanwhile; one that ends well ends it.
        from server.media.native_meeting import end_left_behind

        end_left_behind(settings.plane_socket)
    return status


def server(settings: Settings, _options: argparse.Namespace) -> int:
    from server.app import run

    return run(settings)


def worker(settings: Settings, _options: argparse.Namespace) -> int:
    os.environ.update(to_environ(settings))
    os.execv(sys.executable, [sys.executable, "-m", "server.worker"])  # noqa: S606


def doctor(settings: Settings, _options: argparse.Namespace) -> int:
    os.environ.update(to_environ(settings))
    from server.doctor import report

    return report(settings)


def backup(settings: Settings, options: argparse.Namespace) -> int:
    from server.storage.backup import BackupFailed, back_up

    target: Path = options.file
    try:
        manifest = back_up(settings.data, target, with_files=not options.databases_only)
    except (BackupFailed, OSError) as error:
        return _fail(str(error))
    size = target.stat().st_size / (1 << 20)
    print(f"{target}: {len(manifest['entries'])} files, {size:.1f} MB")
    return 0


def restore(settings: Settings, options: argparse.Namespace) -> int:
    from server.storage.backup import BackupFailed
    from server.storage.backup import restore as put_back

    try:
        manifest = put_back(options.file, settings.data)
    except (BackupFailed, OSError) as error:
        return _fail(str(error))
    print(f"{settings.data.resolve()}: as of {manifest['made_at']}")
    if not manifest["has_files"]:
        print("The backup held databases only; copy recordings/ and captures/ back yourself.")
    return 0


def create_admin(settings: Settings, options: argparse.Namespace) -> int:
    from server.app import CannotStart
    from server.domain.errors import DomainError

    name = options.name or input("Name: ").strip()
    email = options.email or input("E-mail: ").strip()
    if options.password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = getpass.getpass("Password: ")
    if len(password) < LEAST_PASSWORD:
        return _fail(f"A password has at least {LEAST_PASSWORD} characters.")
    if not name or "@" not in email:
        return _fail("Give a name and an e-mail address.")

    async def create() -> None:
        async with _identity(settings) as identity:
            user = await identity.create_user(name, email, password, "admin")
            print(f"{user.email} is an admin.")

    try:
        asyncio.run(create())
    except DomainError as error:
        return _fail(error.message)
    except CannotStart as error:
        return _fail(str(error))
    return 0


def reset_link(settings: Settings, options: argparse.Namespace) -> int:
    from server.app import CannotStart

    async def make() -> int:
        async with _identity(settings) as identity:
            user = await identity.user_by_email(options.email)
            if user is None:
                return _fail(f"Nobody has an account with {options.email}.")
            reset = await identity.new_reset(user.user_id)
            base = settings.public_url or f"http://localhost:{settings.port}"
            print(f"{base}{reset.link}")
            print(f"It works once, until {reset.expires_at:%Y-%m-%d %H:%M} UTC.")
            return 0

    try:
        return asyncio.run(make())
    except CannotStart as error:
        return _fail(str(error))


def turn_config(settings: Settings, options: argparse.Namespace) -> int:
    from server.media.endpoint import local_addresses
    from server.storage.secrets_folder import SecretsFolder, write_private
    from server.turn_config import write_config

    peers: list[str] = options.peer
    if not peers:
        # What answers offer, but for loopback: coturn lets nobody through to its own.
        own = [ip for ip in local_addresses() if not ip_address(ip).is_loopback]
        peers = [*settings.announce_ip, *own]
    secret = settings.turn_secret or SecretsFolder(settings.data).turn_secret()
    try:
        text = write_config(
            settings.turn_urls, secret, peers, certificate=options.cert, key=options.key,
            listen=options.listen,
        )  # fmt: skip
        if options.output is None:
            print(text, end="")
        else:
            target: Path = options.output
            write_private(target, text.encode())
    except (BadSetting, OSError) as error:
        return _fail(str(error))
    return 0


def media(settings: Settings, options: argparse.Namespace) -> int:
    from server.media_top import NotRunning, show

    try:
        return show(settings.data, once=options.once, as_json=options.json)
    except NotRunning as error:
        return _fail(str(error))


def version(_settings: Settings, _options: argparse.Namespace) -> int:
    print(__version__)
    return 0


@asynccontextmanager
async def _identity(settings: Settings):
    """Accounts without a server around them; it may run beside one."""
    from server.app import prepare_data, utc_now
    from server.services.identity import Identity
    from server.services.offline import NobodyLive
    from server.services.secrecy import Passwords
    from server.services.throttle import SignInThrottle
    from server.storage.engines import async_engine
    from server.storage.library import SqlLibrary

    await asyncio.to_thread(prepare_data, settings.data)
    engine = async_engine(settings.data / "library.db")
    try:
        yield Identity(SqlLibrary(engine), Passwords(), SignInThrottle(), NobodyLive(), utc_now)
    finally:
        await engine.dispose()


def _backup_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="tar to write")
    parser.add_argument(
        "--databases-only", action="store_true", help="leave out recordings and captures"
    )


def _restore_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="tar that backup wrote")


def _admin_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name")
    parser.add_argument("--email")
    parser.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input"
    )


def _media_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["top"], help="a table of connections, drawn each second")
    parser.add_argument("--once", action="store_true", help="draw it once")
    parser.add_argument("--json", action="store_true", help="one JSON document a second instead")


def _reset_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("email")


def _address(text: str) -> str:
    return str(ip_address(text))


def _turn_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--peer", action="append", default=[], type=_address, metavar="IP",
        help="address media is at, as often as there are (default: all that are offered)",
    )  # fmt: skip
    parser.add_argument(
        "--listen", action="append", default=[], type=_address, metavar="IP",
        help="address coturn listens at, as often as there are (default: all)",
    )  # fmt: skip
    parser.add_argument("--cert", type=Path, metavar="FILE", help="certificate of turns: URLs")
    parser.add_argument("--key", type=Path, metavar="FILE", help="key of that certificate")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write there, privately")


VERBS: tuple[Verb, ...] = (
    Verb("serve", "run the server and the worker, and restart what dies", serve),
    Verb("server", "run the server process alone", server),
    Verb("worker", "run a recording worker alone", worker),
    Verb("doctor", "check that everything needed is there, and say how to put it right", doctor),
    Verb("backup", "copy the data into one tar, also while running", backup, _backup_options),
    Verb("restore", "unpack a backup into an empty data folder", restore, _restore_options),
    Verb("create-admin", "make an admin account", create_admin, _admin_options),
    Verb("reset-link", "make a link that sets a new password", reset_link, _reset_options),
    Verb(
        "turn-config",
        "print a configuration of coturn that fits this server",
        turn_config,
        _turn_options,
    ),
    Verb("media", "show what the media plane does", media, _media_options),
    Verb("version", "print the version", version),
)


def new_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="reprise", description="A live classroom.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb in VERBS:
        one = verbs.add_parser(verb.name, help=verb.help, description=verb.help)
        verb.add(one)
        add_flags(one)
        one.set_defaults(run=verb.run)
    return parser


def _fail(message: str) -> int:
    print(f"reprise: {message}", file=sys.stderr)
    return 1


def main(arguments: Sequence[str] | None = None) -> int:
    options = new_parser().parse_args(arguments)
    try:
        settings = read_settings(vars(options))
    except BadSetting as error:
        _fail(str(error))
        return EXIT_CONFIG
    run: Callable[[Settings, argparse.Namespace], int] = options.run
    return run(settings, options)


if __name__ == "__main__":
    sys.exit(main())

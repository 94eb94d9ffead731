"""Run a program under limits: ``python -I launch.py SPEC program argument…``.

Standard library only, and nothing of this project: it runs before anything else in the process
that will read what a stranger uploaded. ``SPEC`` is JSON: ``limits`` (``memory``, ``file`` in
octets, ``cpu_s``, ``files``), and for the fallback without bubblewrap ``contain`` with the paths
that may be read (``read``) and written (``write``). Then, in this order: die with the parent, no
new privileges, namespaces of its own without a network, Landlock (only these paths, no TCP), the
limits, and the program in this process's place.

``python -I launch.py --probe`` says as JSON what of the fallback this machine can do. With
``"needs_network_cut": true`` the program is not run (status 76) where the network stays within
reach, or where it cannot have a ``/tmp`` of its own: LibreOffice insists on a socket there.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import struct
import sys

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_NEWNS = 0x00020000
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_BIND, _MS_REC, _MS_PRIVATE = 2, 4, 8, 4096, 16384, 1 << 18
_TMP = "/tmp"  # noqa: S108 - its own
_NEWUTS, _NEWIPC, _NEWUSER, _NEWNET = 0x04000000, 0x08000000, 0x10000000, 0x40000000
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_RULE_PATH_BENEATH = 1
_VERSION = 1
_FS_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""how many kinds of access the kernel knows, as the lowest bits"""
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_TRUNCATE, _IOCTL = 1 << 14, 1 << 15
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL
"""the kinds that a rule about a plain file may name"""
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
NOT_CUT_OFF = 76


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def die_with_parent(libc: ctypes.CDLL) -> None:
    parent = os.getppid()
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def cut_network(libc: ctypes.CDLL, more: int = 0) -> bool:
    """Into namespaces of its own; as an ordinary user through a user namespace first."""
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_NEWUSER | _NEWNET | _NEWIPC | _NEWUTS | more) == 0:
        # The same numbers inside, so that files keep their owner.
        with contextlib.suppress(OSError):
            for name, text in (
                ("setgroups", "deny"), ("uid_map", f"{user} {user} 1"),
                ("gid_map", f"{group} {group} 1"),
            ):  # fmt: skip
                with open(f"/proc/self/{name}", "w") as file:
                    file.write(text)
        return True
    return libc.unshare(_NEWNET | _NEWIPC | _NEWUTS | more) == 0


def own_tmp(libc: ctypes.CDLL, work: str) -> bool:
    """A small empty ``/tmp`` in the place of everybody's, in a mount namespace of its own. ``work``
    stays where it was, also when that is inside."""
    handle = os.open(work, os.O_PATH | os.O_DIRECTORY)
    flags = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    is_own = (
        libc.mount(None, b"/", None, _MS_REC | _MS_PRIVATE, None) == 0
        and libc.mount(b"tmpfs", _TMP.encode(), b"tmpfs", flags, b"size=1m,mode=700") == 0
    )
    if is_own and os.path.realpath(work).startswith(_TMP + "/"):
        os.makedirs(work)
        source = f"/proc/self/fd/{handle}".encode()
        is_own = libc.mount(source, work.encode(), None, _MS_BIND, None) == 0
    os.close(handle)
    if is_own:
        os.chdir(work)
    return is_own


def landlock_abi(libc: ctypes.CDLL) -> int:
    return max(0, libc.syscall(_CREATE_RULESET, None, 0, _VERSION))


def lock_files(libc: ctypes.CDLL, read: list[str], write: list[str]) -> bool:
    """Nothing but these paths from here on; and no TCP where the kernel can tell."""
    abi = landlock_abi(libc)
    if abi < 1:
        return False
    every = (1 << _FS_BY_ABI.get(abi, 16)) - 1
    net, scoped = (3 if abi >= 4 else 0), (3 if abi >= 6 else 0)
    attributes = struct.pack("=QQQ", every, net, scoped)[
        : 24 if abi >= 6 else 16 if abi >= 4 else 8
    ]
    ruleset = libc.syscall(_CREATE_RULESET, attributes, len(attributes), 0)
    if ruleset < 0:
        return False
    reading = _EXECUTE | _READ_FILE | _READ_DIR
    rules = [(path, reading) for path in read] + [(path, every) for path in write]
    rules += [(path, _READ_FILE | _WRITE_FILE) for path in _DEVICES]
    for path, access in rules:
        try:
            handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        allowed = access & every
        if not os.path.isdir(path):
            allowed &= _ON_FILES
        rule = struct.pack("=Qi", allowed, handle)
        libc.syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, rule, 0)
        os.close(handle)
    is_locked = libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0
    os.close(ruleset)
    return is_locked


def set_limits(limits: dict[str, int]) -> None:
    for kind, name in (
        (resource.RLIMIT_AS, "memory"), (resource.RLIMIT_FSIZE, "file"),
        (resource.RLIMIT_CPU, "cpu_s"), (resource.RLIMIT_NOFILE, "files"),
    ):  # fmt: skip
        _, hard = resource.getrlimit(kind)
        wanted = limits[name]
        if hard != resource.RLIM_INFINITY:
            wanted = min(wanted, hard)
        resource.setrlimit(kind, (wanted, wanted))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def probe() -> dict[str, bool]:
    libc = _libc()
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return {"network": cut_network(libc), "files": landlock_abi(libc) > 0}


def main(arguments: list[str]) -> None:
    if arguments == ["--probe"]:
        print(json.dumps(probe()))
        return
    spec = json.loads(arguments[0])
    libc = _libc()
    die_with_parent(libc)
    contain = spec.get("contain")
    if contain is not None:
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        write = contain["write"]
        if not spec.get("needs_network_cut"):
            cut_network(libc)
        elif cut_network(libc, _NEWNS) and own_tmp(libc, write[0]):
            write = [*write, _TMP]
        else:
            os._exit(NOT_CUT_OFF)
        lock_files(libc, contain["read"], write)
    os.nice(10)
    set_limits(spec["limits"])
    os.execvp(arguments[1], arguments[1:])  # noqa: S606 - no shell is meant


if __name__ == "__main__":
    main(sys.argv[1:])

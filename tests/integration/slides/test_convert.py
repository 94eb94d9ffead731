"""SL2: uploads are looked at in a sandbox, and what cannot be used is refused with its reason."""

from __future__ import annotations

import asyncio
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

from server.doctor import slide_findings
from server.domain.errors import Invalid
from server.slides.convert import Converter, check_picture, kind_of, sweep, workshop
from server.slides.sandbox import (
    OFFICE_LIMITS,
    PDF_LIMITS,
    Limits,
    Sandbox,
    bubblewrap,
    environment,
    office,
    sandbox,
    system_paths,
)
from tests.slides_files import LECTURE, OLD_OFFICE, other_zip, pdf, pptx

LOCKED = "EncryptedPackage".encode("utf-16-le")
HERE = sandbox()
FALLBACK = Sandbox("fallback", None, HERE.network, HERE.files)
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "slides"
PYTHON = str(Path(sys.executable).resolve())
"""The virtual environment may lie in /tmp, which is empty for office files."""
BOXES = tuple(dict.fromkeys((FALLBACK, HERE)))
"""the fallback always, and bubblewrap where it works"""


async def converted(content: bytes, converter: Converter) -> tuple[list, list[str]]:
    told: list[tuple[int, int]] = []
    async with workshop() as work:
        source = work / "upload"
        source.write_bytes(content)
        out, pages = await converter.convert(source, lambda done, of: told.append((done, of)))
        names = sorted(path.name for path in out.iterdir())
    assert not work.exists()
    assert told[-1] == (len(pages), len(pages))
    return pages, names


async def code_of(content: bytes, converter: Converter | None = None) -> str:
    async with workshop() as work:
        source = work / "upload"
        source.write_bytes(content)
        with pytest.raises(Invalid) as refused:
            await (converter or Converter(FALLBACK)).convert(source, lambda _, __: None)
    return refused.value.code


@pytest.mark.parametrize("box", BOXES, ids=lambda box: box.kind)
async def test_SL2_a_pdf_becomes_pictures_titles_text_and_notes(box: Sandbox) -> None:
    pages, names = await converted(LECTURE, Converter(box))
    assert [page.title for page in pages] == ["Printing", "Movable type", "Paper"]
    assert pages[0].text.split("\n")[1:] == [
        "What did Gutenberg change?", "A) the paper", "B) the type", "C) the ink",
    ]  # fmt: skip
    assert [page.notes for page in pages] == ["Ask who has seen a press", "", ""]
    assert (pages[0].width, pages[0].height) == (1920, 1080)
    pictures = [f"{kind}-{n}.webp" for kind in ("page", "thumb") for n in (1, 2, 3)]
    assert names == sorted([*pictures, "pages.json"])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "slides_wrong_type"),
        (b"GIF89a, but called slides.pdf", "slides_wrong_type"),
        (b"<html>%PDX-", "slides_wrong_type"),
        (other_zip(), "slides_wrong_type"),
        (OLD_OFFICE + b"\0" * 3000, "slides_wrong_type"),
        (OLD_OFFICE + b"\0" * ((1 << 20) - 20) + LOCKED, "slides_encrypted"),
        (b"%PDF-1.7 and then nothing", "slides_damaged"),
        (LECTURE[:300], "slides_damaged"),
        (b"PK\x03\x04 torn", "slides_damaged"),
        (pptx([("One", "")])[:-40], "slides_damaged"),
        (pptx([("One", "")], first='<!DOCTYPE x [<!ENTITY a "b">]>'), "slides_damaged"),
        (pptx([]), "slides_damaged"),
        (pdf([("Secret", [])], is_encrypted=True), "slides_encrypted"),
        (pdf([("x", [])] * 301), "slides_too_long"),
        (pptx([("x", "")] * 301), "slides_too_long"),
        (pdf([("x", [])], size=(14400, 1)), "slides_damaged"),
    ],
)  # fmt: skip
async def test_SL2_what_cannot_be_used_is_refused_with_its_reason(
    content: bytes, code: str
) -> None:
    assert await code_of(content) == code


def test_SL2_the_kind_is_told_by_content() -> None:
    assert kind_of(b"\n\n%PDF-1.4") == "pdf"
    assert kind_of(b"x" * 2000 + b"%PDF-1.4") is None
    assert kind_of(pptx([("x", "")])) == "zip"


async def test_SL2_a_child_that_takes_too_long_or_too_much_is_stopped() -> None:
    """The clock; and the limit on memory, which pdfium meets as it draws."""
    slow = Converter(FALLBACK, longest_s=0.0)
    assert await code_of(LECTURE, slow) == "slides_too_heavy"


async def test_SL2_cancelling_ends_the_child() -> None:
    async with workshop() as work:
        source = work / "upload"
        source.write_bytes(pdf([("x", [])] * 300))
        began = asyncio.Event()
        task = asyncio.create_task(Converter(FALLBACK).convert(source, lambda _, __: began.set()))
        await began.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    lines = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children]
    assert not any(str(work).encode() in line for line in lines)


def run(box: Sandbox, work: Path, code: str, limits: Limits = PDF_LIMITS) -> str:
    """What a stranger's code would do, could it run in there."""
    line = box.command([sys.executable, "-I", "-c", code], work, limits)
    done = subprocess.run(line, capture_output=True, text=True, env=environment(work), cwd=work)
    return done.stdout.strip() or done.stderr.strip().rpartition("\n")[2] or str(done.returncode)


@pytest.mark.skipif(not HERE.network, reason="this kernel gives no network namespace")
def test_the_sandbox_has_no_network(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = f"import socket; socket.create_connection(('127.0.0.1', {port}), 3); print('in')"
        for box in BOXES:
            assert "Error" in run(box, tmp_path, code)


@pytest.mark.skipif(not HERE.files, reason="this kernel has no Landlock")
def test_the_sandbox_reads_and_writes_nothing_else(tmp_path: Path) -> None:
    work, secret = tmp_path / "work", tmp_path / "secret"
    work.mkdir()
    secret.write_text("key")
    for box in BOXES:
        assert "Error" in run(box, work, f"print(open({str(secret)!r}).read())")
        assert "Error" in run(box, work, f"open({str(tmp_path / 'new')!r}, 'w').write('x')")
        assert run(box, work, f"print(open({str(work / 'mine')!r}, 'w').write('ok'))") == "2"
        assert run(box, work, "import os; print(sorted(os.environ)[:1])") == "['HOME']"


@pytest.mark.skipif(not HERE.network, reason="this kernel gives no network namespace")
def test_office_files_are_opened_with_an_empty_tmp(tmp_path: Path) -> None:
    """LibreOffice wants a socket there; it sees no other program's and leaves none behind."""
    seen = Path(tempfile.gettempdir()) / f"reprise-seen-{os.getpid()}"
    seen.touch()
    code = f"import os; open('/tmp/mine', 'w'); print(os.path.exists({str(seen)!r}), os.getcwd())"
    line = FALLBACK.command(
        [PYTHON, "-I", "-c", code], tmp_path, OFFICE_LIMITS, needs_network_cut=True
    )
    done = subprocess.run(line, capture_output=True, text=True, cwd=tmp_path, check=False)
    seen.unlink()
    assert done.stdout.split() == ["False", str(tmp_path)], done.stderr
    assert not Path("/tmp/mine").exists()


def test_the_sandbox_has_limits(tmp_path: Path) -> None:
    small = Limits(memory=300 << 20, file=1 << 20, cpu_s=1, files=32)
    for box in BOXES:
        assert run(box, tmp_path, "x = bytearray(1 << 30)", small) == "MemoryError"
        big = "open('big', 'wb').write(b'x' * (2 << 20))"
        assert "File too large" in run(box, tmp_path, big, small)
        assert run(box, tmp_path, "while True: pass", small) not in ("0", "")
        assert "Too many open files" in run(
            box, tmp_path, "kept = [open('/dev/null') for _ in range(99)]", small
        )


def test_privileges_cannot_be_gained(tmp_path: Path) -> None:
    code = (
        "print([l for l in open('/proc/self/status') if l.startswith('NoNewPrivs')][0].split()[1])"
    )
    assert run(FALLBACK, tmp_path, code) == "1"


def test_the_command_line_of_bubblewrap(tmp_path: Path) -> None:
    line = bubblewrap("/usr/bin/bwrap", tmp_path)
    assert line[:5] == [
        "/usr/bin/bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop",
    ]  # fmt: skip
    assert "--clearenv" in line
    assert "--share-net" not in line
    writable = [line[at + 1] for at, word in enumerate(line) if word in ("--bind", "--bind-try")]
    assert writable == [str(tmp_path)]
    read = {line[at + 1] for at, word in enumerate(line) if word == "--ro-bind"}
    assert read | {"/bin", "/lib", "/lib32", "/lib64", "/sbin"} >= {
        path for path in system_paths() if not path.startswith(("/proc", "/sys"))
    }
    assert not {"/", "/home", "/root", "/etc", "/var", "/tmp"} & read
    assert line[-1] == "--"
    box = Sandbox("bubblewrap", "/usr/bin/bwrap", network=True, files=True)
    whole = box.command(["soffice", "x"], tmp_path, OFFICE_LIMITS)
    spec = json.loads(whole[whole.index("-I") + 2])
    assert spec == {"limits": {"memory": 6 << 30, "file": 256 << 20, "cpu_s": 180, "files": 1024}}
    assert whole[-2:] == ["soffice", "x"]


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")
def test_bubblewrap_is_used_where_it_works() -> None:
    assert HERE.kind in ("bubblewrap", "fallback")
    works = subprocess.run(["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"], check=False)
    assert (HERE.kind == "bubblewrap") == (works.returncode == 0)


async def test_SL2_without_libreoffice_pptx_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.slides.convert.office", lambda: None)
    assert await code_of(pptx([("One", "")])) == "slides_no_office"


async def test_SL2_without_a_cut_network_no_office_file_is_opened() -> None:
    box = Sandbox("fallback", None, network=False, files=True)
    assert await code_of(pptx([("One", "")]), Converter(box, office_path="/bin/true")) == (
        "slides_no_office"
    )


async def test_SL2_pptx_brings_its_titles_and_notes(tmp_path: Path) -> None:
    """With a program in LibreOffice's place that takes its arguments and makes the PDF it would:
    the way through the sandbox and back, titles and notes, hidden slides left out."""
    made = LECTURE.hex()
    stand_in = tmp_path / "soffice"
    stand_in.write_text(
        f"#!{PYTHON} -I\nimport sys\n"
        "assert sys.argv[-1].endswith('/slides.pptx') and '--headless' in sys.argv\n"
        "out = sys.argv[sys.argv.index('--outdir') + 1]\n"
        f"open(out + '/slides.pdf', 'wb').write(bytes.fromhex('{made}'))\n"
    )
    stand_in.chmod(0o755)
    slides = [("The press", "Say hello\nand wait"), ("Hidden", "no"), ("", ""), ("End", "Bye")]
    box = Sandbox("fallback", None, network=True, files=False)
    monkey = Converter(box, office_path=str(stand_in))
    if HERE.files:
        # Landlock keeps the stand-in out of reach as well, as it should.
        assert await code_of(pptx(slides, hidden=[1]), monkey) == "slides_damaged"
    pages, _ = await converted(pptx(slides, hidden=[1]), _InReach(box, stand_in))
    assert [page.title for page in pages] == ["The press", "Movable type", "End"]
    assert [page.notes for page in pages] == ["Say hello\nand wait", "", "Bye"]


class _InReach(Converter):
    """Puts the program where the sandbox may read it."""

    def __init__(self, box: Sandbox, program: Path) -> None:
        super().__init__(box)
        self._program = program

    async def _to_pdf(self, box: Sandbox, source: Path) -> Path:
        inside = source.parent / "soffice"
        shutil.copy(self._program, inside)
        self._office = str(inside)
        return await super()._to_pdf(box, source)


def lecture_pptx(port: int) -> bytes:
    """Three slides, the second hidden; the first shows a picture that lies on this machine's
    ``port``."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(FIXTURES / "lecture.pptx") as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b":65535/", f":{port}/".encode()))
    return buffer.getvalue()


with_office = pytest.mark.skipif(
    office() is None or not HERE.network, reason="LibreOffice or a network namespace is missing"
)


@with_office
@pytest.mark.parametrize("box", BOXES, ids=lambda box: box.kind)
async def test_SL2_libreoffice_in_the_sandbox_makes_pages_and_fetches_nothing(
    box: Sandbox,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        pages, _ = await converted(lecture_pptx(server.getsockname()[1]), Converter(box))
        with pytest.raises(BlockingIOError):
            server.accept()
    assert [(page.title, page.notes) for page in pages] == [
        ("The press", "Say The press"), ("Ink", "Say Ink"),
    ]  # fmt: skip
    assert "Gutenberg, 1450" in pages[0].text


@with_office
@pytest.mark.parametrize("box", BOXES, ids=lambda box: box.kind)
async def test_SL2_libreoffice_that_takes_too_long_goes_with_its_group(box: Sandbox) -> None:
    async with workshop() as work:
        source = work / "upload"
        source.write_bytes(lecture_pptx(9))
        converter = Converter(box)
        await converter._child(box, "pptx", source, work, lambda _, __: None)
        converter._longest_s = 0.5
        with pytest.raises(Invalid) as refused:
            await converter._to_pdf(box, source)
        assert refused.value.code == "slides_too_heavy"
        left = [
            path for path in Path("/proc").glob("[0-9]*/cmdline")
            if str(work).encode() in _read_or_nothing(path)
        ]  # fmt: skip
    assert left == []


def _read_or_nothing(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # gone meanwhile
        return b""


def test_SL2_pictures_that_are_none_are_not_passed_on(tmp_path: Path) -> None:
    path = tmp_path / "page-1.webp"
    with pytest.raises(Invalid):
        check_picture(path)
    path.write_bytes(b"<svg onload=alert(1)>")
    with pytest.raises(Invalid):
        check_picture(path)
    path.write_bytes(b"RIFF\0\0\0\0WEBPVP8 ")
    check_picture(path)
    (tmp_path / "link.webp").symlink_to(path)
    with pytest.raises(Invalid):
        check_picture(tmp_path / "link.webp")


def test_what_dead_servers_left_is_swept_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    dead = tmp_path / "reprise-slides-4194305-abc"
    ours = tmp_path / f"reprise-slides-{os.getpid()}-abc"
    dead.mkdir()
    ours.mkdir()
    sweep()
    assert ours.is_dir()
    assert not dead.exists()


@pytest.mark.parametrize(
    ("box", "office_path", "said"),
    [
        (Sandbox("bubblewrap", "/usr/bin/bwrap", True, True), "/usr/bin/soffice", []),
        (Sandbox("fallback", None, True, True), "/usr/bin/soffice", ["fallback"]),
        (
            Sandbox("fallback", None, False, False),
            "/usr/bin/soffice",
            [
                "fallback: the network is not cut off and other files are not kept out of reach",
                "not used: the network cannot be cut off; PPTX is refused",
            ],
        ),
        (Sandbox("bubblewrap", "/usr/bin/bwrap", True, True), None, ["missing; PPTX is refused"]),
    ],
)
def test_the_doctor_says_what_slides_are_opened_in(
    box: Sandbox, office_path: str | None, said: list[str]
) -> None:
    found = list(slide_findings(box, office_path))
    assert [one.name for one in found] == ["slides sandbox", "libreoffice"]
    assert all(one.is_ok for one in found), "a class goes on without either"
    assert [one.detail for one in found if one.is_warning] == said

"""MA2, MA3: what may be given out before class."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.domain.errors import Invalid
from server.services.file_kinds import clean_name
from server.services.material_kinds import KindSniffer
from server.services.materials import LARGEST, checked_url, limited

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def sniffed(data: bytes, size: int = 5) -> str:
    sniffer = KindSniffer()
    for at in range(0, len(data), size):
        sniffer.feed(data[at : at + size])
    return sniffer.finish()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7 and so on, longer than a head", "application/pdf"),
        (b"%PDF-1", "application/pdf"),
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0" + b"x" * 20, "image/jpeg"),
        (b"GIF89a" + b"x" * 20, "image/gif"),
        (b"RIFF1234WEBPVP8 xxxxx", "image/webp"),
        (b"short", "text/plain"),
        ("\ufeffGrüße an alle, länger als ein Kopf".encode(), "text/plain"),
        (b"<script>alert(1)</script>", "text/plain"),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_MA3_the_content_says_what_it_is(data: bytes, kind: str, size: int) -> None:
    assert sniffed(data, size) == kind


@pytest.mark.parametrize(
    "data",
    [b"MZ\x90\0\x03\0\0\0" + b"x" * 30, b"PK\x03\x04" + b"\0" * 30, b"caf\xe9 " * 10, b"abc\0def"],
)
def test_MA3_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        sniffed(data)
    assert refused.value.code == "material_type_refused"


@pytest.mark.parametrize(
    ("name", "kind", "clean"),
    [
        ("../../etc/passwd", "text/plain", "_.._etc_passwd.txt"),
        ("evil.html", "text/plain", "evil.html.txt"),
        ("photo.JPG", "image/jpeg", "photo.JPG"),
        (" . ", "application/pdf", "file.pdf"),
    ],
)
def test_MA4_a_name_is_no_path_and_ends_as_its_kind(name: str, kind: str, clean: str) -> None:
    assert clean_name(name, kind) == clean


@pytest.mark.parametrize("url", ["https://example.org/a?b=c#d", "https://xn--mnchen-3ya.de:8443/"])
def test_MA2_https_links_are_taken(url: str) -> None:
    assert checked_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "javascript:alert(1)", "https://", "https://user:pw@example.org/",
        "https://exa mple.org/", "https://example.org/\n", "data:text/html,x", "//example.org/",
        "https://example.org:port/", "https://[::1/",
    ],
)  # fmt: skip
def test_MA2_other_links_are_refused(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_url(url)
    assert refused.value.code == "bad_link"


async def test_MA3_a_file_may_have_so_much_and_no_more() -> None:
    """Told while it comes, whatever its length was said to be."""

    async def chunks(octets: int) -> AsyncIterator[bytes]:
        for _ in range(octets // 1024):
            yield b"a" * 1024

    assert sum([len(one) async for one in limited(chunks(LARGEST), KindSniffer())]) == LARGEST
    with pytest.raises(Invalid) as refused:
        async for _ in limited(chunks(LARGEST + 1024), KindSniffer()):
            pass
    assert refused.value.code == "material_too_large"

"""WB6: what comes out of the cleaner draws, and does nothing else."""

from __future__ import annotations

from random import Random
from xml.etree import ElementTree as ET

import pytest

from server.domain.errors import Invalid
from server.services.clean_svg import ALLOWED, MOST_OCTETS, SVG, clean_svg

HEAD = f'<svg xmlns="{SVG}" xmlns:xlink="http://www.w3.org/1999/xlink" width="100" height="50">'

DRAWN = f"""<?xml version="1.0" standalone="no"?>
<svg version="1.1" xmlns="{SVG}" viewBox="0 0 251.5 100.25" width="251.5" height="100.25">
<!-- svg-source:excalidraw --><metadata></metadata><defs><style class="style-fonts">
@font-face {{ font-family: Excalifont; src: url(data:font/woff2;base64,AAAA); }}</style>
<clipPath id="frame_1"><rect x="0" y="0" width="10" height="10" rx="8"></rect></clipPath></defs>
<rect x="0" y="0" width="251.5" height="100.25" fill="#ffffff"></rect>
<g stroke-linecap="round" transform="translate(10 10.5) rotate(0 115.75 40)" opacity="0.8">
<path d="M0 0 C77.1 -1.2, 154 1e-7, 231.5 0 M231.5 0 L-.5 80 z" stroke="#1e1e1e" fill="none"
 stroke-width="2" stroke-dasharray="8 10" fill-rule="evenodd"></path></g>
<mask id="mask-a_B"><rect x="0" y="0" fill="#fff" width="9" height="9"></rect></mask>
<g mask="url(#mask-a_B)"><text x="0" y="17.6" font-family="Excalifont, Xiaolai,
 &quot;Segoe UI Emoji&quot;" font-size="20px" fill="#1e1e1e" text-anchor="start"
 style="white-space: pre;" direction="ltr"
 dominant-baseline="alphabetic">Type &lt;is&gt; metal &amp; ink  é</text></g></svg>"""

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "script inside a group": "<g><script>alert(1)</script><path d='M0 0'/></g>",
    "foreign": "<foreignObject><b xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>",
    "event": "<path d='M0 0' onclick='alert(1)' onload='alert(1)'/>",
    "style element": "<style>@import url(https://evil.example/x.css);</style>",
    "style attribute": "<path d='M0 0' style='background:url(https://evil.example/x)'/>",
    "class": "<g class='x'><path d='M0 0'/></g>",
    "image": "<image href='https://evil.example/x.png' width='9' height='9'/>",
    "embedded image": "<image href='data:image/png;base64,AAAA' width='9' height='9'/>",
    "use": "<use xlink:href='#x'/><use href='https://evil.example/x.svg#a'/>",
    "link": "<a href='javascript:alert(1)'><path d='M0 0'/></a>",
    "animation": "<rect><animate attributeName='fill' to='red'/><set attributeName='href'/></rect>",
    "paint from elsewhere": "<rect fill='url(https://evil.example/x#a)'/>",
    "mask from elsewhere": "<rect mask='url(https://evil.example/x#a)'/>",
    "mask from a file": "<rect mask='url(file:///etc/passwd#a)'/>",
    "filter": "<filter id='f'><feImage href='https://evil.example'/></filter><g filter='url(#f)'/>",
    "pattern": "<pattern id='p'><image href='x'/></pattern><rect fill='url(#p)'/>",
    "comment": "<!-- <script>alert(1)</script> -->",
    "instruction": "<?xml-stylesheet href='https://evil.example/x.css'?>",
    "cdata": "<text><![CDATA[<script>alert(1)</script>]]></text>",
    "escaped": "<text>&lt;script&gt;alert(1)&lt;/script&gt;</text>",
    "other namespace": "<x:script xmlns:x='urn:x'>alert(1)</x:script><h:p xmlns:h='urn:h'/>",
    "nested svg": "<svg><script>alert(1)</script></svg>",
    "xml base": "<g xml:base='https://evil.example/'><path d='M0 0'/></g>",
    "quotes": "<text font-family='a&quot; onload=&quot;alert(1)'>x</text>",
    "entity": "<text>&#60;script&#62;</text>",
    "path": "<path d='M0 0 url(javascript:alert(1))'/>",
    "newlines": "<rect fill='red\n;url(x)'/>",
}


def parts(data: bytes) -> list[ET.Element]:
    return list(ET.fromstring(data).iter())


def assert_harmless(data: bytes) -> None:
    for part in parts(data):
        tag = part.tag.removeprefix(f"{{{SVG}}}")
        assert tag == "svg" or tag in ALLOWED, tag
        for name, value in part.attrib.items():
            plain = name.removeprefix("{http://www.w3.org/XML/1998/namespace}")
            assert plain == "space" or tag == "svg" or name in ALLOWED[tag], name
            assert not name.lower().startswith("on")
            for bad in ("javascript", "http:", "https:", "data:", "file:", "//", "<"):
                assert bad not in value.lower(), (name, value)
            if "url(" in value:
                assert value.startswith("url(#")


def test_WB6_what_excalidraw_draws_is_kept() -> None:
    picture = clean_svg(DRAWN.encode())
    assert (picture.width, picture.height) == (252, 100)
    assert_harmless(picture.data)
    text = picture.data.decode()
    for kept in (
        "M0 0 C77.1 -1.2, 154 1e-7, 231.5 0 M231.5 0 L-.5 80 z", "translate(10 10.5)",
        "stroke-dasharray", "url(#mask-a_B)", 'clipPath id="frame_1"', "Excalifont",
        "Type &lt;is&gt; metal &amp; ink  é", 'viewBox="0 0 251.5 100.25"',
    ):  # fmt: skip
        assert kept in text, kept
    assert "font-face" not in text
    assert clean_svg(picture.data).data == picture.data, "clean stays as it is"


@pytest.mark.parametrize("inside", HOSTILE.values(), ids=HOSTILE)
def test_WB6_nothing_but_drawing_comes_out(inside: str) -> None:
    picture = clean_svg(f"{HEAD}{inside}<rect width='1' height='1'/></svg>".encode())
    assert_harmless(picture.data)
    assert b"<rect" in picture.data, "what follows is still drawn"
    assert b"<script" not in picture.data
    assert b"evil" not in picture.data


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad_picture"),
        ("<svg", "bad_picture"),
        ("<html/>", "bad_picture"),
        ("<svg width='1' height='1'/>", "bad_picture"),
        (f"<svg xmlns='{SVG}'/>", "bad_picture"),
        (f"<svg xmlns='{SVG}' width='1' height='-1'/>", "bad_picture"),
        (f"<svg xmlns='{SVG}' width='1e9' height='1'/>", "bad_picture"),
        (f"<svg xmlns='{SVG}' width='nan' height='1'/>", "bad_picture"),
        (f"<svg xmlns='{SVG}' width='1' height='1' viewBox='0 0 1'/>", "bad_picture"),
        (f"<!DOCTYPE svg [<!ENTITY a 'b'>]>{HEAD}</svg>", "bad_picture"),
        (f"<!DOCTYPE svg SYSTEM 'file:///etc/passwd'>{HEAD}</svg>", "bad_picture"),
        (f"{HEAD}<text>&undefined;</text></svg>", "bad_picture"),
        (f"{HEAD}{'<g>' * 40}{'</g>' * 40}</svg>", "picture_too_large"),
        (f"{HEAD}{'<b>' * 40}{'</b>' * 40}</svg>", "picture_too_large"),
        (f"{HEAD}{'<g/>' * 20_001}</svg>", "picture_too_large"),
        (f"{HEAD}<text>{'x' * 20_001}</text></svg>", "picture_too_large"),
        (" " * (MOST_OCTETS + 1), "picture_too_large"),
    ],
)  # fmt: skip
def test_WB6_what_is_no_picture_is_refused(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_svg(text.encode())
    assert refused.value.code == code


def test_WB6_damaged_input_is_refused_or_harmless() -> None:
    dice = Random(7)
    source = (DRAWN + "".join(HOSTILE.values())).encode()
    for _ in range(400):
        data = bytearray(source)
        for _ in range(dice.randint(1, 6)):
            at = dice.randrange(len(data))
            data[at : at + dice.randint(0, 3)] = bytes([dice.randrange(256)])
        try:
            picture = clean_svg(bytes(data))
        except Invalid:
            continue
        assert_harmless(picture.data)

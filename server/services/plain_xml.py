"""XML from strangers as a small tree: no document type, so no entities of its own; bounded.

The parser is expat itself, without the library's tree builders: they cannot be told to stop at a
document type, which is where every known attack on an XML reader begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from server.domain.errors import Invalid

MOST_BYTES = 256 * 1024
MOST_ELEMENTS = 5000
DEEPEST = 12


@dataclass(slots=True)
class Element:
    """Names are lower case, without namespace and hyphens: early files wrote ``speechtype``."""

    tag: str
    attributes: dict[str, str]
    line: int
    path: str
    text: str = ""
    children: list[Element] = field(default_factory=list["Element"])

    def all(self, tag: str) -> Iterator[Element]:
        return (child for child in self.children if child.tag == tag)

    def first(self, tag: str) -> Element | None:
        return next(self.all(tag), None)


def plain_name(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2].replace("-", "").lower()


class _Builder:
    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._count = 0
        self._parser = expat.ParserCreate("utf-8", "}")
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def read(self, data: bytes) -> None:
        self._parser.Parse(data, True)

    def _doctype(self, *_: object) -> None:
        raise Invalid("xml_has_doctype", "A document type is not read: take the DOCTYPE out.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST_ELEMENTS or len(self._open) >= DEEPEST:
            raise Invalid("xml_too_large", "This file has too many parts.")
        tag = plain_name(name)
        parent = self._open[-1] if self._open else None
        path = tag
        if parent is not None:
            number = sum(1 for child in parent.children if child.tag == tag) + 1
            path = f"{parent.path}/{tag}[{number}]"
        named = {plain_name(key): value for key, value in attributes.items()}
        element = Element(tag, named, self._parser.CurrentLineNumber, path)
        if parent is None:
            self.root = element
        else:
            parent.children.append(element)
        self._open.append(element)

    def _end(self, _: str) -> None:
        self._open.pop()

    def _characters(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text


def read_xml(text: str) -> Element:
    data = text.encode("utf-8", "surrogatepass")
    if len(data) > MOST_BYTES:
        raise Invalid("xml_too_large", f"A file of at most {MOST_BYTES // 1024} KB, please.")
    builder = _Builder()
    try:
        builder.read(data)
    except expat.ExpatError as failure:
        raise Invalid(
            "xml_malformed",
            f"Line {failure.lineno}, column {failure.offset + 1}: "
            f"{expat.ErrorString(failure.code)}.",
        ) from failure
    assert builder.root is not None
    return builder.root

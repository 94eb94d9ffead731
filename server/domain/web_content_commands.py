"""What may be asked of a web page shown to the class."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShareWebPage:
    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class StopWebPage:
    pass


WebContentCommand = ShareWebPage | StopWebPage

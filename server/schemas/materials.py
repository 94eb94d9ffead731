"""Material to look at before class (docs/rules.md, MA)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from server.schemas.live_base import Id

MaterialKind = Literal["link", "file"]
MaterialTitle = Annotated[str, Meta(min_length=1, max_length=120)]


class Material(Struct):
    material_id: str
    kind: MaterialKind
    title: str
    url: str
    """where it opens; of a file a path of ours, access-checked"""
    media_type: str | None
    octets: int | None
    seen_at: datetime | None
    """by the asker"""
    done_at: datetime | None


class AddMaterialLink(Struct, forbid_unknown_fields=True):
    title: MaterialTitle
    url: Annotated[str, Meta(min_length=9, max_length=2000)]


class EditMaterial(Struct, forbid_unknown_fields=True):
    title: MaterialTitle


class OrderMaterials(Struct, forbid_unknown_fields=True):
    """All of them, in their new order."""

    material_ids: Annotated[list[Id], Meta(max_length=30)]


class MarkMaterial(Struct, forbid_unknown_fields=True):
    """One's own mark. Opening counts as seen and never takes a tick back."""

    mark: Literal["seen", "done", "not_done"]


class MaterialMark(Struct):
    material_id: str
    seen_at: datetime | None
    done_at: datetime | None


class MaterialProgress(Struct):
    """One person's marks; for facilitators."""

    name: str
    is_guest: bool
    marks: list[MaterialMark]
    """only of what they have opened or ticked"""

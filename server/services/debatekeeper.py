"""Debatekeeper's format files (XML, schemas 1 and 2) as formats of ours.

Such a file is a timer's: it names speeches and their bells but says neither whose a speech is nor
who may speak in it. Both are read from the names (``Deputy Leader of the Opposition``, ``1st
Negative``), and what was guessed or left out is told in notes, for whoever imports to look over.
The files of github.com/czlee/debatekeeper-formats are under the MIT licence; ``source`` says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from server.domain.debate_format import (
    Bell,
    Format,
    Period,
    PeriodKind,
    Poi,
    Scoring,
    Speech,
    Text,
)
from server.domain.errors import Invalid
from server.services.plain_xml import Element, read_xml
from server.services.speech_names import kind_of, phases_of, placed, slug

SOURCE = (
    "Imported from a Debatekeeper format file. Those of github.com/czlee/debatekeeper-formats: "
    "MIT licence, © Chuan-Zheng Lee and contributors."
)
BUILT_IN: dict[str, PeriodKind] = {
    "normal": "normal", "pois-allowed": "pois", "warning": "warning", "overtime": "overtime",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Note:
    """Something to look over: ``code`` for the page's words, ``field`` in the new format."""

    code: str
    message: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class _Timing:
    length_s: int
    bells: tuple[Bell, ...]
    periods: tuple[Period, ...]


def import_debatekeeper(text: str) -> tuple[Format, list[Note]]:
    """Raises ``Invalid`` with the element's path. Whether it makes sense, ``check`` says."""
    root = read_xml(text)
    if root.tag != "debateformat":
        raise Invalid("not_debatekeeper", "This is not a Debatekeeper format file.", field=root.tag)
    version = root.attributes.get("schemaversion", "1.0")
    if version.partition(".")[0] not in ("1", "2"):
        raise Invalid(
            "debatekeeper_schema", f"Schema {version} is not known; 1 and 2 are.",
            field="debateformat/@schema-version",
        )  # fmt: skip
    return _Reader(root).format()


class _Reader:
    def __init__(self, root: Element) -> None:
        self._root = root
        self._notes: dict[str, Note] = {}
        self._resources = {self._attribute(each, "ref"): each for each in root.all("resource")}
        self._kinds = dict(BUILT_IN)
        for holder in (root, *root.all("periodtypes")):
            for kind in holder.all("periodtype"):
                allowed = kind.attributes.get("poisallowed", "false") in ("true", "1")
                ref = self._attribute(kind, "ref")
                self._kinds[ref] = "pois" if allowed else BUILT_IN.get(ref, "normal")
        self._types = {
            self._attribute(each, "ref"): each
            for holder in (root, *root.all("speechtypes"))
            for each in holder.all("speechtype")
        }

    # ---- small parts ----

    def _note(self, code: str, message: str, field: str = "") -> None:
        self._notes.setdefault(code, Note(code, message, field))

    def _attribute(self, element: Element, name: str) -> str:
        value = element.attributes.get(name, "").strip()
        if not value:
            raise Invalid(
                "xml_missing",
                f"Line {element.line}: “{element.tag}” needs “{name}”.",
                field=f"{element.path}/@{name}",
            )
        return value

    def _name(self, element: Element) -> Text:
        """Version 1 has one name in an attribute, version 2 elements in several languages."""
        found = {
            each.attributes.get("lang", "en")[:2].lower(): " ".join(each.text.split())
            for each in element.all("name")
        }
        found = {language: name for language, name in found.items() if name}
        if not found and element.attributes.get("name", "").strip():
            found = {"en": element.attributes["name"].strip()}
        if not found:
            raise Invalid(
                "xml_missing",
                f"Line {element.line}: “{element.tag}” has no name.",
                field=f"{element.path}/name",
            )
        text = Text(found.get("en", ""), found.get("de", ""))
        return text if text.en or text.de else Text(next(iter(found.values())))

    def _seconds(self, element: Element, name: str, finish: int | None = None) -> int:
        value = self._attribute(element, name)
        if finish is not None and value == "finish":
            return finish
        parts = re.fullmatch(r"(\d{1,3})(?::([0-5]\d))?|\d{4}", value)
        if parts is None:
            raise Invalid(
                "xml_bad_time",
                f"Line {element.line}: “{value}” is no time; write 7:00 or 420.",
                field=f"{element.path}/@{name}",
            )
        first, second = parts.groups()
        return int(first) * 60 + int(second) if second else int(value)

    def _kind_of_period(self, element: Element, name: str) -> PeriodKind:
        ref = self._attribute(element, name)
        kind = self._kinds.get(ref)
        if kind is None:
            raise Invalid(
                "period_unknown",
                f"Line {element.line}: there is no period type “{ref}”.",
                field=f"{element.path}/@{name}",
            )
        if ref not in BUILT_IN:
            self._note("period_mapped", f"The period “{ref}” is now “{kind}”.")
        return kind

    # ---- times ----

    def _timing(self, element: Element) -> _Timing:
        parts = [element]
        for include in element.all("include"):
            resource = self._resources.get(self._attribute(include, "resource"))
            if resource is None:
                raise Invalid(
                    "resource_unknown",
                    f"Line {include.line}: there is no such resource.",
                    field=f"{include.path}/@resource",
                )
            parts.append(resource)
        # Version 1 declares periods where they are used.
        for part in parts:
            for period in part.all("period"):
                ref = self._attribute(period, "ref")
                says = period.attributes.get("desc", "").lower()
                told: PeriodKind = "pois" if re.search(r"\bpoi", f"{ref} {says}") else "normal"
                self._kinds.setdefault(ref, told)
        length_s = self._seconds(element, "length")
        bells: list[Bell] = []
        periods: dict[int, PeriodKind] = {}
        if "firstperiod" in element.attributes:
            first = self._kind_of_period(element, "firstperiod")
            if first != "normal":
                periods[0] = first
        for bell in (each for part in parts for each in part.all("bell")):
            at_s = self._seconds(bell, "time", length_s)
            if at_s > length_s:
                raise Invalid(
                    "bell_after_end",
                    f"Line {bell.line}: this bell rings after the end of its speech.",
                    field=f"{bell.path}/@time",
                )
            number = bell.attributes.get("number", "1").strip()
            if not re.fullmatch(r"\d{1,2}", number):
                raise Invalid(
                    "xml_bad_number",
                    f"Line {bell.line}: “{number}” is no number of strokes.",
                    field=f"{bell.path}/@number",
                )
            if int(number) > 0:
                bells.append(Bell(at_s, min(int(number), 5)))
            if bell.attributes.get("pauseonbell", "false") in ("true", "1"):
                self._note("pause_dropped", "Clocks do not pause at a bell here.")
            if "nextperiod" in bell.attributes:
                periods[at_s] = self._kind_of_period(bell, "nextperiod")
        return _Timing(
            length_s,
            tuple(sorted(bells, key=lambda bell: bell.at_s)),
            self._periods(periods, length_s),
        )

    def _periods(self, found: dict[int, PeriodKind], length_s: int) -> tuple[Period, ...]:
        result: list[Period] = []
        for at_s, kind in sorted(found.items()):
            if at_s == length_s:
                kind = "overtime"
            elif kind == "overtime":
                self._note("overtime_moved", "Overtime begins at the end; before it is a warning.")
                kind = "warning"
            result.append(Period(at_s, kind))
        return tuple(result)

    # ---- the whole ----

    def format(self) -> tuple[Format, list[Note]]:
        name = self._name(self._root)
        timings = {ref: self._timing(each) for ref, each in self._types.items()}
        listed = [each for holder in self._root.all("speeches") for each in holder.all("speech")]
        if not listed:
            raise Invalid("no_speeches", "This file lists no speeches.", field="speeches")
        raw: list[Speech] = []
        for number, element in enumerate(listed, 1):
            ref = self._attribute(element, "type")
            timing = timings.get(ref)
            if timing is None:
                raise Invalid(
                    "speech_type_unknown",
                    f"Line {element.line}: there is no speech type “{ref}”.",
                    field=f"{element.path}/@type",
                )
            title = self._name(element)
            raw.append(
                Speech(
                    f"s{number}",
                    title,
                    kind_of(title.get("en"), ref),
                    timing.length_s,
                    bells=timing.bells,
                    periods=timing.periods,
                )
            )
        sides, speeches = placed(raw, name, self._note)
        has_pois = any(p.kind == "pois" for s in speeches for p in s.periods)
        short = self._root.first("shortname")
        form = Format(
            format_id=slug(name.get("en")) or "imported",
            name=name,
            short_name=self._text("shortname") if short else Text(),
            description=self._description(),
            sides=sides,
            phases=phases_of(speeches),
            prep_s=self._prep_s(),
            poi=Poi(allowed=has_pois),
            scoring=Scoring(teams="ranks" if len(sides) > 2 else "winner"),
            source=SOURCE,
        )
        return form, list(self._notes.values())

    def _text(self, tag: str, holder: Element | None = None) -> Text:
        found: dict[str, str] = {}
        for each in (holder or self._root).all(tag):
            found.setdefault(
                each.attributes.get("lang", "en")[:2].lower(), " ".join(each.text.split())
            )
        return Text(found.get("en", ""), found.get("de", ""))

    def _description(self) -> Text:
        found: dict[str, str] = {}
        for info in self._root.all("info"):
            told = info.first("description") or info.first("desc")
            if told is not None:
                language = info.attributes.get("lang", "en")[:2].lower()
                found.setdefault(language, " ".join(told.text.split())[:600])
        return Text(found.get("en", ""), found.get("de", ""))

    def _prep_s(self) -> int:
        for tag in ("preptime", "preptimecontrolled"):
            element = self._root.first(tag)
            if element is not None:
                if element.first("bell") is not None:
                    self._note("prep_bells_dropped", "Bells of the preparation are left out.")
                return self._seconds(element, "length")
        return 0

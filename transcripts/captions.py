"""WebVTT: captions with ``<v Speaker>`` and chapters (W3C WebVTT 1, sections 4.1 and 4.2).

A cue is at most two lines of 42 characters and is on screen at least 0.7 s; it is put together from
whole words of one segment. Where a short cue has no room before the same speaker's next one it is
joined with it, or given what room there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.schemas.recordings import Chapter
from server.schemas.transcripts import Segment, Transcript, Word

LINE = 42
LINES = 2
SHORTEST_MS = 700
LONGEST_MS = 7_000
LINGER_MS = 300
"""a cue stays this long after its last word where nothing follows"""


@dataclass(frozen=True, slots=True)
class Cue:
    start_ms: int
    end_ms: int
    speaker_name: str
    lines: tuple[str, ...]


def cues(transcript: Transcript) -> list[Cue]:
    """Cues by start. Those of different speakers may overlap, those of one never do."""
    speakers: dict[str, list[Segment]] = {}
    for segment in transcript.segments:
        speakers.setdefault(segment.participant_id, []).append(segment)
    found: list[Cue] = []
    for spoken in speakers.values():
        groups: list[tuple[str, list[Word]]] = []
        for segment in spoken:
            groups += [(segment.speaker_name, group) for group in _groups(segment.words)]
        found += _timed(_without_flashes(groups))
    return sorted(found, key=lambda cue: (cue.start_ms, cue.end_ms, cue.speaker_name))


def _groups(words: Sequence[Word]) -> Iterable[list[Word]]:
    """Words of one segment in runs that fit a cue, evenly rather than one long and one short."""
    if not words:
        return
    if _fits(words):
        yield list(words)
        return
    total = sum(len(word.text) + 1 for word in words)
    best: tuple[float, int] | None = None
    so_far = 0
    for index in range(1, len(words)):
        so_far += len(words[index - 1].text) + 1
        ends_phrase = words[index - 1].text[-1:] in ",;:.?!"
        cost = abs(so_far / total - 0.5) - (0.2 if ends_phrase else 0.0)
        if best is None or cost < best[0]:
            best = (cost, index)
    if best is None:  # one word longer than a cue
        yield list(words)
        return
    yield from _groups(words[: best[1]])
    yield from _groups(words[best[1] :])


def _fits(words: Sequence[Word]) -> bool:
    lasts = words[-1].end_ms - words[0].start_ms
    return len(wrapped([word.text for word in words])) <= LINES and lasts <= LONGEST_MS


def _without_flashes(groups: Sequence[tuple[str, list[Word]]]) -> list[tuple[str, list[Word]]]:
    """Joins a run too short to read with its neighbour when both fit one cue."""
    kept: list[tuple[str, list[Word]]] = []
    for name, words in groups:
        if kept:
            before = kept[-1][1]
            room = words[0].start_ms - before[0].start_ms
            is_short = room < SHORTEST_MS or words[-1].end_ms - words[0].start_ms < SHORTEST_MS
            is_near = words[0].start_ms - before[-1].end_ms < SHORTEST_MS
            if is_short and is_near and _fits([*before, *words]):
                kept[-1] = (name, [*before, *words])
                continue
        kept.append((name, list(words)))
    return kept


def _timed(groups: Sequence[tuple[str, list[Word]]]) -> list[Cue]:
    starts = [words[0].start_ms for _name, words in groups]
    for index in range(1, len(starts)):
        # a cue cut short by its follower pushes it back, so that both can be read
        starts[index] = max(starts[index], starts[index - 1] + SHORTEST_MS)
    found: list[Cue] = []
    for index, (name, words) in enumerate(groups):
        end = max(words[-1].end_ms + LINGER_MS, starts[index] + SHORTEST_MS)
        if index + 1 < len(groups):
            end = max(min(end, starts[index + 1]), starts[index] + SHORTEST_MS)
        lines = tuple(wrapped([word.text for word in words]))
        found.append(Cue(starts[index], end, name, lines))
    return found


def wrapped(words: Sequence[str]) -> list[str]:
    """Lines of at most 42 characters; two lines are made about equally long. A word longer than a
    line is broken."""
    pieces = [word[i : i + LINE] for word in words for i in range(0, len(word), LINE)]
    lines = _filled(pieces, LINE)
    if len(lines) == LINES:
        for width in range(max(len(piece) for piece in pieces), LINE + 1):
            tighter = _filled(pieces, width)
            if len(tighter) == LINES:
                return tighter
    return lines


def _filled(words: Sequence[str], width: int) -> list[str]:
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def stamp(at_ms: int) -> str:
    seconds, ms = divmod(max(0, at_ms), 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"


def escaped(text: str) -> str:
    """Cue text: ``&``, ``<`` and ``>`` as entities, so that no speech becomes markup."""
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return " ".join(plain.split())


def captions_vtt(transcript: Transcript) -> str:
    blocks = ["WEBVTT"]
    for number, cue in enumerate(cues(transcript), 1):
        text = "\n".join(escaped(line) for line in cue.lines)
        voice = escaped(cue.speaker_name) or "?"
        blocks.append(f"{number}\n{stamp(cue.start_ms)} --> {stamp(cue.end_ms)}\n<v {voice}>{text}")
    return "\n\n".join(blocks) + "\n"


def chapters_vtt(chapters: Iterable[Chapter]) -> str:
    blocks = ["WEBVTT"]
    for number, chapter in enumerate(chapters, 1):
        end_ms = max(chapter.end_ms, chapter.start_ms + 1)
        title = escaped(chapter.title) or str(number)
        blocks.append(f"{number}\n{stamp(chapter.start_ms)} --> {stamp(end_ms)}\n{title}")
    return "\n\n".join(blocks) + "\n"

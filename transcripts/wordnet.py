"""A small reader of WordNet 3.0's files (Debian ``wordnet-base``): synonyms and hypernyms.

Formats: wndb(5WN). An index line is ``lemma pos synset_cnt p_cnt [ptr…] sense_cnt tagsense_cnt
offset…``; a data line starts at its byte offset: ``offset lex ss_type w_cnt (word lex_id)… p_cnt
(symbol offset pos source/target)… | gloss``. w_cnt is hexadecimal.
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

DEFAULT_FOLDER = Path("/usr/share/wordnet")
_PARTS = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
_UP = ("@", "@i")
Synset = tuple[str, int]


def wordnet_folder() -> Path:
    return Path(os.environ.get("REPRISE_WORDNET", DEFAULT_FOLDER))


class WordNet:
    """Lemmas are lower case with spaces or underscores. Open files are closed with ``close``."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or wordnet_folder()
        self._data: dict[str, BinaryIO] = {}

    @property
    def is_there(self) -> bool:
        return all(
            (self._folder / f"{kind}.{part}").is_file()
            for kind in ("index", "data")
            for part in _PARTS.values()
        )

    def close(self) -> None:
        for file in self._data.values():
            file.close()
        self._data.clear()

    @cached_property
    def _index(self) -> dict[str, list[Synset]]:
        found: dict[str, list[Synset]] = {}
        for pos, part in _PARTS.items():
            with (self._folder / f"index.{part}").open(encoding="latin-1") as file:
                for line in file:
                    if line.startswith(" "):
                        continue  # the licence
                    fields = line.split()
                    count = int(fields[2])
                    found.setdefault(fields[0], []).extend(
                        (pos, int(offset)) for offset in fields[-count:]
                    )
        return found

    def synsets(self, lemma: str) -> list[Synset]:
        """Senses of a lemma, by part of speech, the commonest of each first."""
        return self._index.get(lemma.strip().lower().replace(" ", "_"), [])

    def knows(self, lemma: str) -> bool:
        return bool(self.synsets(lemma))

    def words(self, synset: Synset) -> set[str]:
        fields = self._line(synset)
        count = int(fields[3], 16)
        return {word.lower().replace("_", " ") for word in fields[4 : 4 + 2 * count : 2]}

    def hypernyms(self, synset: Synset) -> list[Synset]:
        fields = self._line(synset)
        first = 4 + 2 * int(fields[3], 16)
        found: list[Synset] = []
        for pointer in range(int(fields[first])):
            symbol, offset, pos = fields[first + 1 + 4 * pointer : first + 4 + 4 * pointer]
            if symbol in _UP:
                found.append(("a" if pos == "s" else pos, int(offset)))
        return found

    def _line(self, synset: Synset) -> list[str]:
        pos, offset = synset
        if pos not in self._data:
            self._data[pos] = (self._folder / f"data.{_PARTS[pos]}").open("rb")
        file = self._data[pos]
        file.seek(offset)
        return file.readline().decode("latin-1").split(" | ")[0].split()

    def are_synonyms(self, one: str, other: str) -> bool:
        return bool(set(self.synsets(one)) & set(self.synsets(other)))

    def is_above(self, upper: str, lower: str, *, steps: int = 3, senses: int = 3) -> bool:
        """Whether a common sense of ``upper`` is a hypernym of one of ``lower``, few steps up.

        Only nearby steps count: everything is an entity in the end.
        """
        targets = set(self.synsets(upper)[:senses])
        level = set(self.synsets(lower)[:senses])
        for _step in range(steps):
            level = {above for synset in level for above in self.hypernyms(synset)}
            if level & targets:
                return True
        return False

    def are_related(self, one: str, other: str) -> bool:
        """Synonyms, or one the other's near hypernym: not to be offered beside each other."""
        return (
            self.are_synonyms(one, other) or self.is_above(one, other) or self.is_above(other, one)
        )

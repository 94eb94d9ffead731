"""From speech to words, cues, chapters, items and the search index."""

"""Reprise: the live session server."""

__version__ = "0.1.0"

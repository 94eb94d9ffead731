"""Reprise: the live session server."""

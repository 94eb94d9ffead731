"""What the fields of events may say about themselves."""

OPTIONAL = {"optional": True}
"""left out of the stored data while it holds its default"""

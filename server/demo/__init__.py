"""A class that holds itself: real server, real media, real pipeline (``python -m server.demo``)."""

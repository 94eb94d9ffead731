"""Slides from uploads: PDF and PPTX to page images and text, in a sandbox."""

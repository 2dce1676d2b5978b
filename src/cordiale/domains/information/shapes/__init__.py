"""Narratives, channels, events and media content in the shapes that OpenCTI reads and writes, each with a plain STIX fallback."""

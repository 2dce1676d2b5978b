"""Processes that answer pages and REST beside the one that listens, exchanges, cuts and indexes.

The first process keeps everything that is one for the node: the port and TLS, partners, the background work, who signs in, and
how fast a caller may ask. It hands a request on as values, never as text to be parsed again, over a socket that has no name. What
a process of pages knows it reads from the database, as any other process of the node does.
"""

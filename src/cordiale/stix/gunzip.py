"""Decompress without being blown up."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

_STEP = 1 << 20
_GZIP = 31  # zlib's window bits for a gzip header and checksum


def bounded_gunzip(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """Decompress a gzip stream piece by piece, never beyond ``limit`` bytes in all.

    Several members one after the other are one stream (RFC 1952 section 2.2). Memory stays at one
    piece of 1 MiB. Raises InputError on a damaged or cut stream, or when more than ``limit`` bytes
    come out.
    """
    member = zlib.decompressobj(_GZIP)
    started = False
    left = limit
    for chunk in chunks:
        pending = chunk
        while pending:
            if member.eof:
                member = zlib.decompressobj(_GZIP)
                started = False
            started = True
            try:
                piece = member.decompress(pending, min(_STEP, left + 1))
            except zlib.error as error:
                raise InputError(
                    "gzip-damaged",
                    _("The compressed data is damaged: {reason}. Fetch or compress it again."),
                    reason=str(error),
                ) from error
            if len(piece) > left:
                raise InputError(
                    "too-large",
                    _(
                        "The data is larger than {limit} bytes once decompressed. Split it, or raise the limit."
                    ),
                    limit=str(limit),
                )
            left -= len(piece)
            if piece:
                yield piece
            pending = member.unused_data if member.eof else member.unconsumed_tail
    if started and not member.eof:
        raise InputError(
            "gzip-cut",
            _("The compressed data ends too early. Fetch or compress it again."),
        )

"""The text of a post as it is compared: one way of writing, without links and marks of repeating."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from cordiale.desk.analysis.kernels import hashed

_WRITING = (
    ("[\u2018\u2019\u201a\u201b\u2032\u00b4\u02bc]", "'"),
    ("[\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033]", '"'),
    ("[\u2010-\u2015\u2212]", "-"),
    ("[\u00ad\u200b-\u200f\u2060\ufeff\u202a-\u202e]", ""),
)
"""Only what is not ASCII is written in so many ways."""

_STEPS = (
    (r"https?://\S+|\bwww\.\S+|\bpic\.twitter\.com/\S+", " "),
    (r"^\s*(?:RT|rt)\s+@\w+:?", " "),
    ("`", "'"),
    (r"\s{2,}|[\t\n\r\f\v]", " "),
)


def compared(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return texts in compatibility form (NFKC), lower case, one kind of quotes, dashes and spaces, without links."""
    found = pc.fill_null(text, "")
    found = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
    other = pc.invert(pc.string_is_ascii(found))
    if pc.any(other).as_py():
        changed = pc.utf8_normalize(found.filter(other), form="NFKC")
        for pattern, to in _WRITING:
            changed = pc.replace_substring_regex(changed, pattern=pattern, replacement=to)
        found = pc.replace_with_mask(found, other, changed)
    for pattern, to in _STEPS:
        found = pc.replace_substring_regex(found, pattern=pattern, replacement=to)
    return pa.chunked_array([pc.utf8_trim_whitespace(pc.utf8_lower(found))], pa.string())


def numbered(text: pa.ChunkedArray) -> pa.Array:
    """Return the number that stands for each text: 64 bits of a hash, so that equal texts have equal numbers."""
    return pa.array(hashed(text).view("int64"))

"""The text of a post as it is compared: one way of writing, without links and marks of repeating."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from cordiale.desk.analysis.kernels import hashed, texts
from cordiale.domains.information.copies import writing


def compared(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return texts in compatibility form (NFKC), lower case, one kind of quotes, dashes and spaces, without links."""
    found = pc.fill_null(text, "")
    found = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
    starts, data = texts(found)
    forms = writing.forms(data[starts[0] : starts[-1]])
    hard = writing.hard(starts, data, forms.place)
    given = texts(by_expressions(found.filter(pa.array(hard))))
    begins, out = writing.written(starts, data, *forms, hard, *given)
    whole = pa.LargeStringArray.from_buffers(len(found), pa.py_buffer(begins), pa.py_buffer(out))
    return pa.chunked_array([whole.cast(pa.string())])


def by_expressions(text: pa.Array) -> pa.Array:
    """Return what `compared` does, whatever characters a text holds, in ten times the time."""
    found = pc.utf8_normalize(text, form="NFKC")
    for pattern, to in (*writing.QUOTES, *writing.LINKS):
        found = pc.replace_substring_regex(found, pattern=pattern, replacement=to)
    return pc.utf8_trim_whitespace(pc.utf8_lower(found))


def numbered(text: pa.ChunkedArray) -> pa.Array:
    """Return the number that stands for each text: 64 bits of a hash, so that equal texts have equal numbers."""
    return pa.array(hashed(text).view("int64"))

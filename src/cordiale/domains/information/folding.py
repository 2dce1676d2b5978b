"""One way of writing for what pages write in many: characters, words and the key by which sentences are the same.

Nothing here changes what is shown or quoted; folded text is only compared and hashed.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

_APART = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u2032\u00b4\u0060\u02bc\uff07"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\uff02"), '"'),
    **dict.fromkeys(map(ord, "\u2039\u203a"), "'"),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-"),
    **dict.fromkeys(map(ord, "\u00a0\u202f\u2009\u2007\u2002\u2003\u200a\u3000\t"), " "),
    **dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f"), None),
    ord("\u2026"): "...",
    ord("\u0153"): "oe",
    ord("\u0152"): "OE",
    ord("\u00e6"): "ae",
}
_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:[-'][^\W\d_]+)*|[%€$£¥°]")
_ELIDED = re.compile(r"\b(?:qu|lorsqu|puisqu|jusqu|quoiqu|presqu|[ldjmtsnc])'(?=\w)", re.IGNORECASE)
_GROUPED = re.compile(r"(?<=\d)[ ,](?=\d{3}(?!\d))")


def plain(text: str) -> str:
    """Return text with one kind of apostrophe, quotation mark, dash and space, in Unicode's composed form (NFC)."""
    if text.isascii():
        return text.replace("`", "'").replace("\t", " ")
    return unicodedata.normalize("NFC", text).translate(_APART)


def bare(text: str) -> str:
    """Return plain text in lower case without accents."""
    if text.isascii():
        return plain(text).lower()
    parts = unicodedata.normalize("NFD", plain(text).casefold())
    return "".join(c for c in parts if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """Return the words and numbers of a text in lower case, elided French articles apart, digits ungrouped."""
    prepared = _GROUPED.sub("", plain(text))
    prepared = _ELIDED.sub(lambda m: m[0][:-1] + " ", prepared)
    return [word.casefold() for word in _WORD.findall(prepared)]


def key(text: str) -> str:
    """Return what two sentences share when one repeats the other word for word.

    Not counted: spaces, kind of quotation mark, apostrophe and dash, capital letters, punctuation.
    """
    return " ".join(part for word in words(text) for part in re.split(r"[-']", word))


@lru_cache(maxsize=200_000)
def stem(word: str, lang: str) -> str:
    """Return the stem of a word (Snowball), without accents."""
    return bare(_stemmer(lang).stemWord(word))


@lru_cache(maxsize=4)
def _stemmer(lang: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer("french" if lang == "fr" else "english")

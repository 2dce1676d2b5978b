"""Turn text into search terms: folded, freed of elisions, stemmed in English and French."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from cordiale.store.put import covered

if TYPE_CHECKING:
    import Stemmer

    from cordiale.store.waiting import Texts

RULES: Final = "1"
"""Raise when `terms` would give other terms for a text: the index is then rebuilt."""

_WORD: Final = re.compile(r"[^\W_]+")
_ELISION: Final = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|presqu|entr|quelqu)['’ʼ](?=\w)")
_POSSESSIVE: Final = re.compile(r"(?<=\w)['’ʼ]s\b")
_LONGEST: Final = 64  # characters; hashes fit, encoded blobs do not
_REMEMBERED: Final = 200_000  # words whose stems are kept


class _Stems(dict[str, str]):
    """Stems by word, found when first asked for."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        self.stemmers = [_stemmer(language) for language in languages]
        self.lock = threading.Lock()  # a stemmer works on one word at a time

    def __missing__(self, word: str) -> str:
        if len(word) > _LONGEST:
            return ""
        folded = fold(word)
        if word.isalpha():
            # French suffixes differ with their accents (sécurité → sécur, securite → securit): both ways of writing
            with self.lock:
                stems = [
                    fold(stemmer.stemWord(form))
                    for stemmer in self.stemmers
                    for form in dict.fromkeys((word, folded))
                ]
            found = " ".join(dict.fromkeys(stems))
        else:
            found = folded
        if len(self) < _REMEMBERED:
            self[word] = found
        return found


def terms(texts: Iterable[str], lang: str | None) -> str:
    """Return the distinct terms of texts, separated by spaces, in no order.

    Text in a known language is indexed by that language's stems, other text by both.
    """
    stems = _stems(_languages(lang))
    return " ".join(set(map(stems.__getitem__, split("\n".join(texts)))))


def asked(words: str) -> list[list[str]]:
    """Return for each word of a question the terms that answer it, whatever language the text is in."""
    stems = _stems(("english", "french"))
    return [found for word in dict.fromkeys(split(words)) if (found := stems[word].split())]


def split(text: str) -> list[str]:
    """Return the words of a text in lower case, accents kept."""
    text = text.lower()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    if "'" in text or "’" in text or "ʼ" in text:
        text = _POSSESSIVE.sub("", _ELISION.sub("", text))
    return _WORD.findall(text)


def fold(word: str) -> str:
    """Return a word without accents, ligatures opened."""
    if word.isascii():
        return word
    word = word.replace("œ", "oe").replace("æ", "ae").replace("ß", "ss")
    return "".join([c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c)])


def of_version(texts: Texts) -> tuple[str, str]:
    """Return the terms of the texts that everybody sees who sees the version, and of all its texts.

    The second is empty where no text lies under a granular marking.
    """
    fields, granular, lang = texts
    marked = frozenset(s for g in granular if g.marking_ref for s in g.selectors)
    other = {g.lang for g in granular if g.lang}
    if other:
        lang = None  # several languages: stems of both
    if not marked:
        return terms([field.text for field in fields], lang), ""
    plain = [field.text for field in fields if not covered(field.path, marked)]
    if len(plain) == len(fields):
        return terms(plain, lang), ""
    return terms(plain, lang), terms([field.text for field in fields], lang)


@cache
def fingerprint() -> str:
    """Return what identifies these rules and the stemmer's, so that an index made by others is rebuilt."""
    import Stemmer

    sample = "nationale nationalities généralement continuellement attacks phishing ministères"
    text = f"{RULES} {Stemmer.version()} {sorted(terms([sample], 'en').split())} {sorted(terms([sample], None).split())}"
    return sha256(text.encode()).hexdigest()


def _languages(lang: str | None) -> tuple[str, ...]:
    short = (lang or "").lower()[:2]
    return {"en": ("english",), "fr": ("french",)}.get(short, ("english", "french"))


@cache
def _stems(languages: tuple[str, ...]) -> _Stems:
    return _Stems(languages)


def _stemmer(language: str) -> Stemmer.Stemmer:
    import Stemmer

    return Stemmer.Stemmer(language, 0)  # no cache of its own: ours holds the folded result

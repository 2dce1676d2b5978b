"""A sentence as lineage compares it: its words with what they may mean, its numbers and names, and its place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from cordiale.domains.information.document import Document, Region
from cordiale.domains.information.folding import bare, key, plain, stem
from cordiale.domains.information.lineage.meanings import function_words, meanings, roots, translations
from cordiale.domains.information.numerals import spelled
from cordiale.domains.information.sentences import spans

_TOKEN = re.compile(
    r"\d+(?:[ ,]\d{3}(?!\d))+(?:[.,]\d+)?|\d+(?:[.,:]\d+)*|[^\W\d_]{1,60}(?:[-'][^\W\d_]{1,60}){0,8}|[%€$£¥°]"
)
_ELIDED = re.compile(r"^(?:qu|lorsqu|puisqu|jusqu|quoiqu|presqu|[ldjmtsnc])'", re.IGNORECASE)
_POSSESSIVE = re.compile(r"'s?$")
COGNATE: Final = 5
"""Two words that begin alike by so many letters may be of one family, or one word in two languages."""
SPELLED: Final = 4
"""So many letters make a word spelled alike in both languages the same word more often than not."""
SAME: Final = 1.0
SPELLED_ALIKE: Final = 0.9
TRANSLATED: Final = 0.85
SYNONYM: Final = 0.5
AKIN: Final = 0.5


class Token(msgspec.Struct, frozen=True, gc=False):
    """One word or number: as folded, where it stands in the sentence, and by what it can be recognised elsewhere.

    `marks` are pairs of a mark and how far (0 to 1) two words that share it are one.
    """

    word: str
    start: int
    end: int
    stem: str
    marks: tuple[tuple[str, float], ...]
    value: float | None
    name: bool
    content: bool


class Statement(msgspec.Struct, frozen=True):
    """One sentence of one text. `place` counts the sentences of the text, `offset` characters of the file."""

    text: str
    region: Region
    lang: str
    offset: int
    place: int
    paragraph: int
    key: str
    tokens: tuple[Token, ...]

    @property
    def content(self) -> tuple[Token, ...]:
        """Return the words that carry what the sentence says."""
        return tuple(token for token in self.tokens if token.content)


def statements(document: Document) -> tuple[Statement, ...]:
    """Return every sentence of a text, page furniture included: outside the article one line is one sentence."""
    found: list[Statement] = []
    for number, block in enumerate(document.blocks):
        lang = block.lang or document.lang or "en"
        pieces = list(spans(block.text)) if block.region == "body" else [(0, len(block.text))]
        for start, end in pieces:
            text = block.text[start:end]
            found.append(
                Statement(
                    text, block.region, lang, block.offset + start, len(found), number, key(text),
                    tokens(text, lang) if block.region == "body" else (),
                )
            )  # fmt: skip
    return tuple(found)


LONGEST: Final = 4000
"""Characters of a sentence that are compared: what is longer has no full stop and is no sentence."""


def tokens(text: str, lang: str) -> tuple[Token, ...]:
    """Return the words and numbers of a sentence; what several words spell as one number is one token."""
    flat = _same_length(text[:LONGEST])
    pieces: list[tuple[str, int, int]] = []
    for match in _TOKEN.finditer(flat):
        word, start = match[0], match.start()
        elided = _ELIDED.match(word) if lang == "fr" else None
        if elided:
            start += len(elided[0])
            word = word[len(elided[0]) :]
        if word:
            pieces.append((word, start, match.end()))
    return tuple(_tokens(pieces, flat, lang))


def _same_length(text: str) -> str:
    """Fold characters where one becomes one, so that places in the sentence stay what they are."""
    if text.isascii():
        return plain(text)
    return "".join(map(_one, text))


@lru_cache(maxsize=10_000)
def _one(char: str) -> str:
    found = plain(char)
    return found if len(found) == 1 else char


def _tokens(pieces: Sequence[tuple[str, int, int]], flat: str, lang: str) -> Iterable[Token]:
    place = 0
    while place < len(pieces):
        word, start, end = pieces[place]
        low = word.casefold()
        number = None
        if low[0].isdigit() or _numeral(low, lang):
            ahead = [
                re.sub(r"(?<=\d)[ ](?=\d)|(?<=\d),(?=\d{3}(?!\d))", "", w.casefold())
                for w, _s, _e in pieces[place : place + 8]
            ]
            number = spelled(ahead, lang)
        if number is not None:
            value, used = number
            end = pieces[place + used - 1][2]
            mark = f"#{value:.12g}"
            yield Token(low, start, end, mark, ((mark, 1.0),), value, name=False, content=True)
            place += used
            continue
        capital = word[0].isupper() and (place > 0 or _inner_capital(word))
        opening = not flat[:start].strip(" \"'([-")
        yield _word(
            _POSSESSIVE.sub("", low) if lang == "en" else low,
            start,
            end,
            lang,
            capital=capital and not opening,
        )
        place += 1


def _inner_capital(word: str) -> bool:
    return any(c.isupper() for c in word[1:])


@lru_cache(maxsize=100_000)
def _numeral(word: str, lang: str) -> bool:
    if lang == "fr" and word in ("un", "une", "neuf"):
        return word == "neuf"
    if lang != "fr" and word == "one":
        return False
    return spelled([word], lang) is not None


def _word(low: str, start: int, end: int, lang: str, *, capital: bool) -> Token:
    root = stem(low, lang)
    content = (low not in function_words(lang) and len(low) > 1) or low in "%€$£¥°"
    marks = _marks(low, root, lang) if content else ()
    return Token(low, start, end, root, marks, None, name=capital and content, content=content)


@lru_cache(maxsize=200_000)
def _marks(low: str, root: str, lang: str) -> tuple[tuple[str, float], ...]:
    """Return by what a word may be recognised: itself, its stem, what it means, how it begins."""
    flat = bare(low)
    found = {f"{'fr' if lang == 'fr' else 'en'}:{root}": SAME}
    for one in roots(low, lang):
        found[f"{'fr' if lang == 'fr' else 'en'}:{one}"] = SAME
    if len(flat) >= SPELLED:
        found["w:" + flat] = SPELLED_ALIKE
    if len(flat) >= COGNATE:
        found["c:" + flat[:COGNATE]] = AKIN
    for one in meanings(low, lang):
        found["m:" + one] = TRANSLATED
    for one in translations(low, lang):
        found["t:" + one] = SYNONYM
    return tuple(found.items())

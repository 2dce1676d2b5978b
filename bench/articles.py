"""Invented articles in families: stories of made-up places, retold with sentences left out, changed, added and moved.

Words are drawn from the lexicon, the common ones more often, so that articles of different stories share as many words
as articles do.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import msgspec

from cordiale.domains.information.lexicon import entries

SYLLABLES = (
    "ka",
    "ren",
    "mol",
    "vis",
    "tar",
    "ne",
    "bru",
    "lo",
    "der",
    "sa",
    "mi",
    "gor",
    "el",
    "dun",
    "pa",
    "ri",
)
SENTENCES = 22
RETOLD = 0.6
KEPT = 0.8
MOVED = 0.3


class Article(msgspec.Struct, frozen=True):
    """One article as text; `story` is which story it tells, `first` whether it is the one that the others retell."""

    text: str
    story: int
    first: bool


def articles(count: int, seed: int = 5) -> Iterator[Article]:
    """Yield articles of about 450 words, in English and French."""
    rng = random.Random(seed)
    words = {lang: {part: _words(lang, part) for part in ("n", "v", "adj")} for lang in ("en", "fr")}
    stories: list[tuple[str, list[str]]] = []
    for number in range(count):
        if stories and rng.random() < RETOLD:
            story = rng.randrange(len(stories))
            lang, told = stories[story]
            kept = [_weaker(one) if rng.random() < 0.2 else one for one in told if rng.random() < KEPT]
            if rng.random() < MOVED:
                rng.shuffle(kept)
            kept += [_sentence(rng, lang, words[lang], (_name(rng), _name(rng))) for _turn in range(4)]
            yield Article(_page(rng, kept, number), story, first=False)
        else:
            lang = "en" if rng.random() < 0.7 else "fr"
            names = tuple(_name(rng) for _turn in range(5))
            told = [_sentence(rng, lang, words[lang], names) for _turn in range(SENTENCES)]
            stories.append((lang, told))
            yield Article(_page(rng, told, number), len(stories) - 1, first=True)


def _words(lang: str, part: str) -> list[str]:
    found = [entry.en if lang == "en" else entry.fr for entry in entries() if entry.part == part]
    return [word for word in found if " " not in word]


def _name(rng: random.Random) -> str:
    return "".join(rng.choice(SYLLABLES) for _turn in range(rng.randint(2, 3))).capitalize()


def _sentence(rng: random.Random, lang: str, words: dict[str, list[str]], names: tuple[str, ...]) -> str:
    def one(part: str) -> str:
        # squared, so that words early in the lexicon come often and late ones seldom
        return words[part][int(len(words[part]) * rng.random() ** 2)]

    place, other, many, day = rng.choice(names), rng.choice(names), rng.randint(2, 900), rng.randint(1, 28)
    if lang == "en":
        return (
            f"The {one('adj')} {one('n')} of {place} will {one('v')} {many} {one('n')}s, and the {one('n')} of {other} "
            f"is to {one('v')} the {one('adj')} {one('n')} on {day} May."
        )
    return (
        f"Le {one('n')} {one('adj')} de {place} va {one('v')} {many} {one('n')}s, et la {one('n')} de {other} "
        f"compte {one('v')} le {one('n')} {one('adj')} le {day} mai."
    )


def _weaker(sentence: str) -> str:
    return sentence.replace(" will ", " may ").replace(" va ", " pourrait ")


def _page(rng: random.Random, sentences: list[str], number: int) -> str:
    head = f"{_name(rng)} Gazette\n{number % 28 + 1} May 2031\n\n{' '.join(sentences[0].split()[:8])}\n\n"
    paragraphs = (" ".join(sentences[at : at + 5]) for at in range(0, len(sentences), 5))
    return head + "\n\n".join(paragraphs) + "\n"

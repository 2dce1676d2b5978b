"""The forms of English words, from their dictionary form; irregular ones are listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from cordiale.domains.information.lexicon.entries import table

_VOWELS = frozenset("aeiou")
_INVARIANT = frozenset({"aircraft", "series", "personnel", "staff", "news", "data", "media", "police"})
# Stressed at the end, so that the last consonant is written twice though the word is long.
_DOUBLED = frozenset(
    {
        "admit",
        "commit",
        "submit",
        "permit",
        "occur",
        "deter",
        "refer",
        "prefer",
        "expel",
        "rebut",
        "compel",
        "equip",
    }
)
# Joined to the word before: what follows them in a phrase stays as it is.
_LINKS = frozenset({"of", "against", "in", "to", "for", "on", "and", "at", "by", "from", "with"})


@cache
def irregular() -> Mapping[str, tuple[str, ...]]:
    """Return the forms that no rule gives, by dictionary form."""
    rows = (line.split("\t") for line in table("english_irregular").splitlines())
    return {row[0]: tuple(row[1].split(" ")) for row in rows}


def plural(noun: str) -> str:
    """Return the plural of a noun; an irregular one is in `irregular`."""
    if noun in _INVARIANT or noun.endswith(("ness", "ics")):
        return noun
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2:-1] not in _VOWELS:
        return noun[:-1] + "ies"
    return noun + "s"


def verb_forms(verb: str) -> Iterator[tuple[str, str]]:
    """Yield the regular forms of a verb as (form, mood); moods: "", "past", "ing"."""
    yield plural(verb), ""
    if len(verb) < 2:
        return
    short = len(verb) <= 4 and verb[-2] in _VOWELS and verb[-3:-2] not in _VOWELS
    doubles = (short and verb[-1] not in "aeiouwxyhs") or verb in _DOUBLED
    stem = verb + verb[-1] if doubles else verb
    if verb.endswith("e"):
        yield verb + "d", "past"
        yield (verb + "ing" if verb.endswith(("ee", "ye", "oe")) else verb[:-1] + "ing"), "ing"
        return
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        yield verb[:-1] + "ied", "past"
    else:
        yield stem + "ed", "past"
    if verb.endswith("l"):  # travelling, traveling
        yield verb + "led", "past"
        yield verb + "ling", "ing"
    yield stem + "ing", "ing"


def _adjective_forms(word: str) -> Iterator[tuple[str, str]]:
    if len(word) > 7 or word.endswith(("ed", "al", "ic", "ing")):
        return
    stem = word[:-1] + "i" if word.endswith("y") else word.removesuffix("e")
    yield stem + "er", ""
    yield stem + "est", ""


def forms(words: list[str], part: str) -> Iterator[tuple[list[str], str]]:
    """Yield the forms of a term (its folded words) as (words, mood), the dictionary form first."""
    yield words, ""
    if part == "v":
        head = 1 if words[0] == "not" and len(words) > 1 else 0
        made = verb_forms(words[head]) if words[head] not in irregular() else _known(words[head])
    elif part == "n":
        links = [i for i, word in enumerate(words) if word in _LINKS and i]
        head = links[0] - 1 if links else len(words) - 1
        word = words[head]
        made = iter([(form, "") for form in irregular().get(word, (plural(word),))])
    elif part == "adj" and len(words) == 1:
        head = 0
        word = words[0]
        made = (
            iter([(form, "") for form in irregular()[word]])
            if word in irregular()
            else _adjective_forms(word)
        )
    else:
        return
    for form, mood in made:
        yield [*words[:head], form, *words[head + 1 :]], mood


def _known(verb: str) -> Iterator[tuple[str, str]]:
    regular = dict(verb_forms(verb))
    yield plural(verb), ""
    yield from ((form, mood) for form, mood in regular.items() if mood == "ing")
    for form in irregular()[verb]:
        yield form, "ing" if form.endswith("ing") else "past"

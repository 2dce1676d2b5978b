"""How much a sentence says: numbers with their bounds, shares, and words such as "dozens", "most" or "a handful"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

import msgspec

from cordiale.domains.information.dates import DAYS, MONTHS
from cordiale.domains.information.folding import bare
from cordiale.domains.information.lineage.statement import Statement, Token


class Quantity(msgspec.Struct, frozen=True):
    """An amount said: characters `start` to `end`. `kind` is "amount", "share" (of 1) or "often".

    `value` is the amount that a reader takes away: "more than 50" is above 50, "up to 50" below; `exact` tells whether it is a
    number that could be checked. `things` are the marks of what is counted.
    """

    kind: str
    value: float
    start: int
    end: int
    exact: bool
    things: tuple[Token, ...]


_BOUNDS: Final = {
    "en": (
        (1.12, r"(?:more than|over|above|upwards of|at least|no (?:fewer|less) than|in excess of|not less than|well over|beyond|a (?:little|bit) over|just over)"),
        (0.85, r"(?:less than|fewer than|under|below|not even|barely|hardly|only|just(?! over| under))"),
        (0.8, r"(?:up to|as many as|as much as|at most|no more than|not more than|a maximum of|or less|never more than)"),
        (0.97, r"(?:almost|nearly|close to|just under|not quite|perhaps)"),
        (1.0, r"(?:about|around|some|roughly|approximately|or so|exactly|a total of|in all|an average of)"),
    ),
    "fr": (
        (1.12, r"(?:plus de|plus d'|au-dessus de|au moins|pas moins de|superieur\w* a|bien plus de|au-dela de|un peu plus de|au minimum)"),
        (0.85, r"(?:moins de|moins d'|inferieur\w* a|pas meme|a peine|seulement|ne \w+ que|pas plus d'un)"),
        (0.8, r"(?:jusqu'a|au plus|pas plus de|un maximum de|tout au plus|au maximum)"),
        (0.97, r"(?:presque|pres de|proche de|pas loin de|peut-etre)"),
        (1.0, r"(?:environ|quelque|quelques(?= \d)|a peu pres|approximativement|de l'ordre de|autour de|au total|en moyenne|exactement)"),
    ),
}  # fmt: skip
_WORDS: Final = {
    "en": (
        ("amount", 45, r"dozens(?: of)?|scores of"), ("amount", 12, r"a dozen|dozen"), ("amount", 400, r"hundreds of(?! thousand| million)|hundreds(?! of)|several hundred|a few hundred"),
        ("amount", 4000, r"thousands(?: of)?|several thousand|a few thousand"), ("amount", 45000, r"(?:several )?tens of thousands(?: of)?"),
        ("amount", 400000, r"hundreds of thousands(?: of)?"), ("amount", 4e6, r"millions(?: of)?"), ("amount", 4, r"a few|a handful(?: of)?|handful of"),
        ("amount", 6, r"several|a number of"), ("amount", 30, r"numerous|many(?= \w)|a great many|countless"), ("amount", 2, r"a couple of|a pair of|twice|both"),
        ("amount", 3, r"three times"), ("amount", 1, r"a single|one single|just one|only one|once"),
        ("share", 1.0, r"(?:all|every|each)(?! at once| but| year| week| month| day| the more| the same| along| right| over again| appearances| likelihood| too)(?: (?:of )?(?:the|its|their|his|her|our))?|the whole of|entire|without exception|100 per ?cent"),
        ("share", 0.92, r"(?:almost|nearly|virtually) (?:all|every|each)(?: of)?(?: the| its| their)?"), ("share", 0.7, r"most(?: of)?(?: the| its| their| \w+ of)?(?! likely| popular| read| of all)|the (?:vast |great )?majority of|a majority of|majority|the bulk of|mostly"),
        ("share", 0.5, r"half(?: of)?(?! past| an? (?:hour|dozen))"), ("share", 0.53, r"(?:a (?:little|bit) )?(?:more than|over) half"), ("share", 0.46, r"(?:just under|nearly|almost|less than|close to) half"), ("share", 1 / 3, r"(?:a|one) third|third of"), ("share", 2 / 3, r"two[- ]thirds"),
        ("share", 0.25, r"a quarter(?! of an hour)|one quarter"), ("share", 0.75, r"three[- ]quarters(?! of an hour)"), ("share", 0.1, r"a tenth|one tenth"), ("share", 0.05, r"a twentieth"), ("share", 0.2, r"a fifth|one fifth"),
        ("share", 0.3, r"some(?: of)?(?: the| its| those| these| their)?(?= [a-z])(?! time| day|thing)|certain(?= \w+s\b)|(?:a |in )?part of|parts of|partly|a share of"), ("share", 0.12, r"(?:very )?few(?: of)?|a minority of|a fraction of|a small (?:part|number) of"),
        ("often", 1.0, r"always|constantly|every time|all day|permanently"), ("often", 0.7, r"often|frequently|repeatedly|regularly|usually"), ("often", 0.3, r"sometimes|occasionally|at times|now and then"), ("often", 0.1, r"rarely|seldom|hardly ever"),
    ),
    "fr": (
        ("amount", 45, r"(?:des |plusieurs |quelques )dizaines(?: de| d')?"), ("amount", 12, r"une douzaine(?: de| d')?|douzaine"), ("amount", 10, r"une dizaine(?: de| d')?"), ("amount", 15, r"une quinzaine(?: de| d')?"), ("amount", 20, r"une vingtaine(?: de| d')?"),
        ("amount", 30, r"une trentaine(?: de| d')?"), ("amount", 40, r"une quarantaine(?: de| d')?"), ("amount", 50, r"une cinquantaine(?: de| d')?"), ("amount", 60, r"une soixantaine(?: de| d')?"), ("amount", 100, r"une centaine(?: de| d')?"), ("amount", 1000, r"un millier(?: de| d')?"),
        ("amount", 400, r"(?:des |plusieurs |quelques )centaines(?: de| d')?(?! milliers)"), ("amount", 4000, r"(?:des |plusieurs |quelques )milliers(?: de| d')?"), ("amount", 45000, r"(?:des |plusieurs |quelques )dizaines de milliers(?: de| d')?"),
        ("amount", 4e6, r"des millions(?: de| d')?"), ("amount", 4, r"quelques(?= \w)(?! \d)|une poignee(?: de| d')?"), ("amount", 6, r"plusieurs|un certain nombre de"), ("amount", 30, r"(?:de |d'innombrables |tres )?nombreu(?:x|ses)|beaucoup (?:de|d')|d'innombrables"),
        ("amount", 2, r"les deux|deux fois|tous deux"), ("amount", 1, r"un seul|une seule|un unique|l'unique|une fois|le seul|la seule"),
        ("share", 1.0, r"(?:tous|toutes) les|chaque(?! jour| annee| semaine| mois| matin)|chacun(?:e)?(?: des?)?|toute? l[ea']|l'ensemble d|entier(?:e|s|es)?|integralite|sans exception|a l'unanimite|toute l'etendue|partout"),
        ("share", 0.92, r"presque (?:tous|toutes) (?:les)?|la quasi-totalite|presque toute?s?"), ("share", 0.7, r"la plupart(?: des?)?|la (?:grande |majeure |plus grande )?(?:majorite|partie) d|majeure partie"), ("share", 0.5, r"la moitie|moitie d"),
        ("share", 0.53, r"plus de la moitie"), ("share", 0.46, r"(?:pres|moins) de la moitie|presque la moitie"), ("share", 1 / 3, r"(?:un|le) tiers"), ("share", 2 / 3, r"(?:les )?deux[- ]tiers"), ("share", 0.25, r"(?:un|le) quart(?! d'heure)"), ("share", 0.75, r"(?:les )?trois[- ]quarts(?! d'heure)"),
        ("share", 0.1, r"(?:un|le) dixieme"), ("share", 0.2, r"(?:un|le) cinquieme"), ("share", 0.3, r"certain(?:e?s)(?= \w)|une partie d|en partie|une part d|parfois des|des cas d"), ("share", 0.12, r"peu d[e']|une minorite d|une fraction d|une infime partie"),
        ("often", 1.0, r"toujours(?! pas)|constamment|en permanence|sans cesse|a chaque fois|toute la journee"), ("often", 0.7, r"souvent|frequemment|a plusieurs reprises|regulierement|le plus souvent|generalement"), ("often", 0.3, r"parfois|quelquefois|de temps en temps"), ("often", 0.1, r"rarement"),
    ),
}  # fmt: skip
_OF = re.compile(
    r"^\s*(?:(?:days?|jours?|\w+)\s+)?(?:out of|of (?:the |its |their |those )?|in|sur|de ses |des |de leurs )\s*$"
)
_PERCENT = re.compile(r"^\s?(?:%|per ?cent\b|pour ?cent\b)")
_ORDINAL = re.compile(
    r"(?:no|n°|number|numero|bus|line|ligne|lines|article|page|route|class|classe|level|niveau|grade|storm|section|chapter|annex|paragraph)s?\.? ?$"
)
_CLOCK = re.compile(r"^\s?(?:a\.?m|p\.?m|h\b|heures?\b(?= \d)|o'clock)")


@cache
def _words(lang: str) -> tuple[tuple[str, float, re.Pattern[str]], ...]:
    table = _WORDS["fr" if lang == "fr" else "en"]
    return tuple(
        (kind, float(value), re.compile(rf"\b(?:{pattern})(?!\w)")) for kind, value, pattern in table
    )


@cache
def _bounds(lang: str) -> tuple[tuple[float, re.Pattern[str]], ...]:
    table = _BOUNDS["fr" if lang == "fr" else "en"]
    return tuple(
        (factor, re.compile(rf"\b{pattern}\s*(?:the |its |les |ses |a |of )?$")) for factor, pattern in table
    )


def quantities(statement: Statement, flat: str) -> list[Quantity]:
    """Return the amounts a sentence says, in order; dates, hours and numbers that name something are left out."""
    found = _numbers(statement, flat)
    taken = [(q.start, q.end) for q in found]
    said = [
        (kind, value, m.start(), m.end())
        for kind, value, pattern in _words(statement.lang)
        for m in pattern.finditer(flat)
    ]
    for kind, value, start, end in sorted(said, key=lambda one: one[2] - one[3]):
        if all(end <= s or start >= e for s, e in taken):
            taken.append((start, end))
            factor, begin = _bound(flat, start, statement.lang)
            found.append(Quantity(kind, value * factor, begin, end, False, _things(statement.tokens, end)))
    return sorted(found, key=lambda q: q.start)


def _numbers(statement: Statement, flat: str) -> list[Quantity]:
    found: list[Quantity] = []
    numbers = [t for t in statement.tokens if t.value is not None]
    skip = -1
    for place, token in enumerate(numbers):
        if token.start < skip or token.value is None or dated(flat, token):
            continue
        after = flat[token.end :]
        value, end, kind = token.value, token.end, "amount"
        following = numbers[place + 1] if place + 1 < len(numbers) else None
        between = flat[token.end : following.start] if following is not None else ""
        if percent := _PERCENT.match(after):
            value, end, kind = value / 100, token.end + percent.end(), "share"
        elif following is not None and following.value and following.value > value and _OF.match(between):
            value, end, kind = value / following.value, following.end, "share"
            skip = following.end
        factor, begin = _bound(flat, token.start, statement.lang)
        found.append(
            Quantity(kind, value * factor, begin, end, factor == 1.0, _things(statement.tokens, end))
        )
    return found


def dated(flat: str, token: Token) -> bool:
    """Tell whether a number belongs to a date or an hour, or names something ("line 27", "no. 4")."""
    before, after = flat[: token.start], flat[token.end :]
    value = token.value or 0
    near = re.match(r"\s?(?:er|st|nd|rd|th|e)?(?: of)?\s?([a-z]+)", after)
    last = re.search(r"([a-z]+)\.?\s?$", before)
    if value <= 31 and (
        (near and near[1] in MONTHS and near[1] not in ("mar", "may")) or (last and last[1] in MONTHS)
    ):
        return True
    if re.match(r"\s?may\b", after):
        return True
    if 1000 <= value <= 2100 and value == int(value) and (token.end - token.start) == 4:
        return last is not None and last[1] in {
            *MONTHS,
            "in",
            "en",
            "de",
            "since",
            "depuis",
            "by",
            "of",
            "until",
            "from",
            "a",
            "et",
            "and",
            "d",
            "to",
            "between",
            "entre",
            "year",
            "annee",
            "du",
        }
    if (
        ":" in flat[token.start : token.end]
        or _CLOCK.match(after)
        or (re.search(r"\bat $", before) and value < 24)
    ):
        return True
    if last and last[1] in DAYS and value <= 31:
        return True
    return bool(_ORDINAL.search(before))


def _bound(flat: str, start: int, lang: str) -> tuple[float, int]:
    before = flat[max(0, start - 24) : start]
    for factor, pattern in _bounds(lang):
        if match := pattern.search(before):
            return factor, start - len(before) + match.start()
    return 1.0, start


def _things(tokens: Sequence[Token], end: int) -> tuple[Token, ...]:
    """Return the next words that carry meaning: what is counted."""
    return tuple([t for t in tokens if t.start >= end and t.content and t.value is None][:2])


def folded(text: str) -> str:
    """Return a sentence folded character by character, so that places in it stay what they are."""
    return "".join(one if len(one := bare(c)) == 1 else c for c in text)

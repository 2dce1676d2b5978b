"""How much a sentence says: numbers with their bounds, shares, and words such as "dozens", "most" or "a handful"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

import msgspec

from cordiale.domains.information.dates import DAYS, MONTHS
from cordiale.domains.information.drift.cues import whole
from cordiale.domains.information.folding import bare
from cordiale.domains.information.lineage.statement import Statement, Token


class Quantity(msgspec.Struct, frozen=True):
    """An amount said: characters `start` to `end`. `kind` is "amount", "share" (of 1) or "often".

    `value` is the amount that a reader takes away: "more than 50" is above 50, "up to 50" below; `exact` tells whether it is a
    number that could be checked. `things` are the marks of what is counted. Times and lengths are in seconds and metres, with
    `unit` "s" or "m". `whole` is of what a share is one ("two of three"); `ends` are those of a range; `raw` is the number as written,
    `bound` what "more than" and its like multiply it by.
    """

    kind: str
    value: float
    start: int
    end: int
    exact: bool
    things: tuple[Token, ...]
    unit: str = ""
    whole: float = 0.0
    ends: tuple[float, float] = (0.0, 0.0)
    raw: float = 0.0
    bound: float = 1.0


_BOUNDS: Final = {
    "en": (
        (0.8, r"(?:(?:may|can|could|might) (?:reach|rise to|amount to|run to|go up to|be as (?:much|high|many|long) as)|capped at|limited to|(?:an? |the )?(?:cap|ceiling|limit) of|in the worst case|at worst|at best|(?:a )?(?:maximum|upper|highest) (?:\w+ ){0,3}of|up to|as (?:many|much|long|far|high|few) as|at most|no more than|not more than|a maximum of|or less|never more than)"),
        (1.03, r"(?:just over|(?:a (?:little|bit)|slightly) (?:over|more than|above)|little more than)"),
        (1.12, r"(?:exceed(?:s|ed|ing)?|(?:longer|older|higher|taller|heavier|larger|bigger|later) than|more than|over|above|upwards of|at least|no (?:fewer|less) than|in excess of|not less than|well over|beyond|a (?:little|bit) over|just over)"),
        (0.97, r"(?:(?:a (?:little|bit)|slightly|just) (?:under|less than|fewer than|below|short of))"),
        (0.85, r"(?:(?:shorter|younger|lower|smaller|lighter) than|less than|fewer than|under|below|not even|barely|hardly)"),
        (0.97, r"(?:almost|nearly|close to|just under|not quite|perhaps)"),
        (1.0, r"(?:within|inside|in the space of|over the next|in the next|only|just|about|around|some|roughly|approximately|or so|exactly|a total of|in all|an average of)"),
    ),
    "fr": (
        (0.8, r"dans le (?:pire|meilleur) des cas|au pire|au mieux|(?:(?:un |une )?(?:\w+ ){0,2}(?:maximum|maximale?|limite) de|passibles? de|(?:peut|pourrait|pouvant|peuvent) (?:atteindre|aller jusqu'a|monter (?:a|jusqu'a)|s'elever (?:a|jusqu'a)|grimper (?:a|jusqu'a))|(?:plafonn|limit)\w+(?: \w+){0,3} a|un plafond de|jusqu'a|au plus|pas plus de|un maximum de|tout au plus|au maximum)"),
        (1.03, r"(?:(?:un peu|a peine|guere) plus d(?:e|u|es|')|un peu au-dessus de)"),
        (1.12, r"(?:depass(?:e|ent|ait|ant)|plus d(?:e|u|es)|plus d'|au-dessus de|au moins|pas moins de|superieur\w*(?: au?)?|bien plus de|au-dela de|un peu plus de|au minimum)"),
        (0.97, r"(?:un peu moins d(?:e|u|')|un peu au-dessous de)"),
        (0.85, r"(?:(?<!en )(?<!a )moins de|moins d(?:'|u)|inferieur\w*(?: au?)?|pas meme|meme pas|a peine)"),
        (0.97, r"(?:presque|pres d(?:e|u|')|proche de|pas loin de|peut-etre)"),
        (1.0, r"(?:en moins d(?:e|')|a moins d(?:e|')|(?:dans )?un (?:delai|rayon) de|sous|dans les|dans un perimetre de|seulement|environ|quelque|quelques(?= \d)|a peu pres|approximativement|de l'ordre de|autour de|au total|en moyenne|exactement)"),
    ),
}  # fmt: skip
_WORDS: Final = {
    "en": (
        ("amount", 40, r"dozens(?: of)?"), ("amount", 60, r"scores of|scores(?= \w)"), ("amount", 12, r"a dozen|dozen"), ("amount", 100, r"a hundred(?! and)"), ("amount", 1000, r"a thousand(?! and)"), ("amount", 400, r"hundreds of(?! thousand| million)|hundreds(?! of)|several hundred|a few hundred"),
        ("amount", 4000, r"thousands(?: of)?|several thousand|a few thousand"), ("amount", 45000, r"(?:several )?tens of thousands(?: of)?"),
        ("amount", 400000, r"hundreds of thousands(?: of)?"), ("amount", 4e6, r"millions(?: of)?"), ("amount", 4, r"a few|a handful(?: of)?|handful of"),
        ("amount", 6, r"several|a number of"), ("amount", 30, r"numerous|many(?= \w)|a great many|countless"), ("amount", 2, r"a couple of|a pair of"),
        ("times", 2, r"twice|doubl(?:ed|es|e|ing)|twofold"), ("times", 3, r"tripl(?:ed|es|e|ing)|threefold"), ("times", 4, r"quadrupl(?:ed|es|ing)"), ("amount", 1, r"a single|one single|just one|only one"),
        ("share", 1.0, r"(?:all|(?:every|each)(?! \d))(?! at once| but| year| week| month| day| hour| time| second| other| two| three| four| five| six| fifteen| thirty| twenty| ten| morning| night| wednesday| the more| the same| along| right| over again| appearances| likelihood| too)(?: (?:of )?(?:the|its|their|his|her|our))?|the whole(?: of)?(?= \w)|everywhere|entire|without exception|100 per ?cent"),
        ("share", 1.0, r"every(?:one|body)(?! else)|fully|entirely|wholly|in full|unanimous(?:ly)?|nationwide|across the (?:whole )?country"), ("share", 0.6, r"much of(?= the| its| their| his| her)|a (?:good|large|great|big|high|substantial|considerable) (?:part|deal|share|number|proportion) of|large parts of|many of (?=the|its|their)"), ("share", 0.92, r"(?:almost|nearly|virtually) (?:all|every|each)(?: of)?(?: the| its| their)?"), ("share", 0.7, r"most(?: of)?(?: the| its| their| \w+ of)?(?! likely| popular| read| of all)|(?:the|a) (?:vast |great |large |clear |narrow |small |slim )?majority(?: of)?|majority|the bulk of|mostly|in the main|largely"),
        ("share", 0.5, r"every (?:second|other)(?= \w)(?! (?:day|week|month|year|time|hour))|half(?: of| price| the price)?(?! past| an? (?:hour|dozen))"), ("share", 0.53, r"(?:a (?:little|bit) )?(?:more than|over) half"), ("share", 0.46, r"(?:just under|nearly|almost|less than|close to) half"), ("share", 1 / 3, r"(?:a|one) third|third of"), ("share", 2 / 3, r"two[- ]thirds"),
        ("share", 0.25, r"a quarter(?! of an hour)|one quarter"), ("share", 0.75, r"three[- ]quarters(?! of an hour)"), ("share", 0.1, r"a tenth|one tenth"), ("share", 0.05, r"a twentieth"), ("share", 0.2, r"a fifth|one fifth"),
        ("share", 0.3, r"a few of (?:the|them|its|their)|some of (?:the|its|those|these|their)(?= \w)|some(?= [a-z])(?! time| day|thing)|certain(?= \w+s\b)|(?<!are )(?<!is )(?<!be )(?<!both )(?<!as )(?:a |in )?part of(?= the| its| this| these| those| their)|parts of|partly|partial(?:ly)?|in part|a share of|in places|here and there|locally"), ("share", 0.12, r"(?:very )?(?<!next )(?<!last )(?<!past )(?<!first )(?<!coming )few(?: of)?|a minority of|a fraction of|a small (?:part|number) of"),
        ("often", 1.0, r"always|constantly|every time|permanently|throughout|all the time|systematically|invariably|without fail|continually|incessantly"), ("often", 0.7, r"often|frequent(?:ly)?|repeatedly|regularly|usually|routinely|time and again|again and again|on (?:several|many|numerous) occasions"), ("often", 0.3, r"sometimes|occasional(?:ly)?|at times|now and then|sporadic(?:ally)?|intermittent(?:ly)?"), ("often", 0.1, r"rarely|seldom|hardly ever|rare(?= (?!earths?)\w)"),
    ),
    "fr": (
        ("amount", 45, r"(?:des |plusieurs |quelques )dizaines(?: de| d')?"), ("amount", 12, r"une douzaine(?: de| d')?|douzaine"), ("amount", 10, r"une dizaine(?: de| d')?"), ("amount", 15, r"une quinzaine(?: de| d')?"), ("amount", 20, r"une vingtaine(?: de| d')?"),
        ("amount", 30, r"une trentaine(?: de| d')?"), ("amount", 40, r"une quarantaine(?: de| d')?"), ("amount", 50, r"une cinquantaine(?: de| d')?"), ("amount", 60, r"une soixantaine(?: de| d')?"), ("amount", 100, r"une centaine(?: de| d')?"), ("amount", 1000, r"un millier(?: de| d')?"),
        ("amount", 400, r"(?:des |plusieurs |quelques )centaines(?: de| d')?(?! milliers)"), ("amount", 4000, r"(?:des |plusieurs |quelques )milliers(?: de| d')?"), ("amount", 45000, r"(?:des |plusieurs |quelques )dizaines de milliers(?: de| d')?"),
        ("amount", 4e6, r"des millions(?: de| d')?"), ("amount", 4, r"quelques(?= \w)(?! \d)|une poignee(?: de| d')?"), ("amount", 6, r"plusieurs|un certain nombre de"), ("amount", 30, r"(?:de |d'innombrables |tres )?nombreu(?:x|ses)|beaucoup (?:de|d')|d'innombrables"),
        ("times", 2, r"(?:a |ont )?double(?:e|es|s|nt)?|doubler"), ("times", 3, r"(?:a |ont )?triple(?:e|es|s|nt)?|tripler"), ("amount", 1, r"un seul|une seule|un unique|l'unique|le seul|la seule"),
        ("share", 1.0, r"(?:tous|toutes)(?= (?:ont|sont|etaient|avaient|seront|auront|doivent|peuvent)\b)|tout le monde|(?:sont|ont|etaient|avaient|seront) (?:tous|toutes)(?! deux| trois)|(?:tous|toutes) les(?! (?:deux|trois|quatre|cinq|\d|jours?|soirs?|ans|mois|matins?|semaines?|quinze|trente|samedis|lundis|mercredis))|chaque(?! jour| annee| semaine| mois| matin)|chacun(?:e)?(?: des?)?|toute? l[ea']|l'ensemble d|entier(?:e|s|es)?|integralite|integralement|entierement|sans exception|a l'unanimite|unanime(?:ment|s)?|toute l'etendue|partout|la totalite d"),
        ("share", 0.92, r"presque (?:tous|toutes)(?: les)?|la quasi-totalite|presque toute?s?"), ("share", 0.7, r"la plupart(?: des?)?|la (?:grande |majeure |plus grande )?(?:majorite|partie) d|une (?:tres )?(?:grande|large|forte|courte|bonne) (?:majorite|partie) d|(?:la|une) (?:tres )?(?:grande|large|forte|courte) majorite|majeure partie|en majorite|majoritairement|pour la plupart"), ("share", 0.5, r"la moitie|moitie d|moitie prix"),
        ("share", 0.53, r"plus de la moitie"), ("share", 0.46, r"(?:pres|moins) de la moitie|presque la moitie"), ("share", 1 / 3, r"(?:un|le|du) tiers|un \w+ sur trois"), ("share", 2 / 3, r"(?:les )?deux[- ]tiers"), ("share", 0.6, r"une (?:grande|bonne) part d|(?:bon )?nombre d(?! \w+ d)"), ("share", 0.25, r"(?:un|le) quart(?! d'heure)"), ("share", 0.75, r"(?:les )?trois[- ]quarts(?! d'heure)"),
        ("share", 0.1, r"(?:un|le|du|au) dixieme"), ("share", 0.2, r"(?:un|le) cinquieme"), ("share", 0.3, r"certain(?:e?s)(?= \w)|une partie d|en partie|partiel(?:s|le|les|lement)?|une part d|par endroits|localement|parfois des|des cas d"), ("share", 0.12, r"peu d[e']|une minorite d|une fraction d|une infime partie"),
        ("often", 1.0, r"toujours(?! pas)|tout au long d|constamment|en permanence|sans cesse|a chaque fois|systematique(?:ment|s)?|immanquablement|continuellement|en continu"), ("often", 0.7, r"souvent|frequemment|a plusieurs reprises|regulierement|le plus souvent|generalement|frequente?s?|maintes fois|a maintes reprises|a de nombreuses reprises|couramment|habituellement"), ("often", 0.3, r"parfois|quelquefois|de temps (?:en temps|a autre)|occasionnel\w*|ponctuel\w*|par moments|sporadique\w*|il arrive qu(?:e|')"), ("often", 0.1, r"rarement|de rares|(?:sont|restent|est|reste) (?:tres )?rares?|exceptionnellement"),
    ),
}  # fmt: skip
_PARTS: Final = {
    **dict.fromkeys(("thirds", "tiers"), 3.0),
    **dict.fromkeys(("quarters", "quarts"), 4.0),
    **dict.fromkeys(("fifths", "cinquiemes"), 5.0),
    **dict.fromkeys(("sixths", "sixiemes"), 6.0),
    **dict.fromkeys(("eighths", "huitiemes"), 8.0),
    **dict.fromkeys(("tenths", "dixiemes"), 10.0),
}
"""What a number before one of these is a share in: "two fifths"."""
_PART = re.compile(rf"^[\s-]({'|'.join(_PARTS)})\b")
_OF = re.compile(
    r"^\s*(?:(?:days?|jours?|\w+)\s+)?(?:out of|of (?:the |its |their |those )?|in|sur (?:les |ses |leurs |un total de )?|de ses |des |de leurs )\s*$"
)
_PERCENT = re.compile(r"^\s?(?:%|per ?cent\b|pour ?cent\b)")
_ORDINAL = re.compile(
    r"(?:no|n°|number|numero|bus|line|ligne|lines|article|page|route|class|classe|level|niveau|grade|storm|section|chapter|annex|paragraph)s?\.? ?$"
)
_CLOCK = re.compile(r"^\s?(?:a\.?m|p\.?m|h\b|heures?\b(?= \d)|o'clock)")


_DAYS_ON = re.compile(rf"\s?(?:er)?\s?(?:a|au|to|-|and|et)\s?\d{{1,2}}(?:er)?\s(?:{'|'.join(MONTHS)})\b")
_PART_OF_A_NAME = re.compile(r"[a-z]-?$")
_AGED = re.compile(r"\b[a-z]+, (?:aged )?$")
_AGE = re.compile(r"(?: ans)?,|(?: ans)? (?:and|et)\b")
_RANK = re.compile(r"-?(?:st|nd|rd|th|er|re|e|eme|s)\b")
_IN_YEAR = re.compile(r"\b(?:in|en|since|depuis|by|until|from|from the year|annee|vers|around) $")
_MINUTES = re.compile(r"\b\d\d? ?h(?:eures?)? $")
_AT_HOUR = re.compile(r"\b(?:a|de|des|vers|avant|apres|jusqu'a|et)\s$")
_AT_TIME = re.compile(r"\b(?:at|from|by|until|to|the)\s$")


_NEVER = re.compile(
    r"\b(?:not|cannot|never|rarely|seldom|rarement|n't|n'\w+ pas|ne \w+ pas|ne pas)\b[^,;.]{0,40}$"
)


@cache
def _words(lang: str) -> tuple[tuple[str, float, re.Pattern[str]], ...]:
    table = _WORDS["fr" if lang == "fr" else "en"]
    return tuple(
        (kind, float(value), re.compile(rf"\b(?:{whole(pattern)})(?:(?<=')|(?!\w))"))
        for kind, value, pattern in table
    )


@cache
def _bounds(lang: str) -> tuple[tuple[float, re.Pattern[str]], ...]:
    table = _BOUNDS["fr" if lang == "fr" else "en"]
    return tuple(
        (factor, re.compile(rf"\b{pattern}\s*(?:the |its |les |ses |a |of )?[€$£]?$"))
        for factor, pattern in table
    )


_LENGTHS: Final = (
    (900.0, re.compile(r"\b(?:un )?quart d'heure|\ba quarter of an hour\b")),
    (1800.0, re.compile(r"\b(?:une )?demi-heure|\bhalf an hour\b")),
    (43200.0, re.compile(r"\ball day\b|\btoute la journee\b")),
    (28800.0, re.compile(r"\ball night\b|\btoute la nuit\b")),
    (
        3600.0,
        re.compile(
            r"\b(?<=for )an hour\b|\bone hour\b|(?<=pendant )une heure\b|(?<=durant )une heure\b|(?<=d')une heure\b|(?<=dure )une heure\b"
        ),
    ),
    (
        604800.0,
        re.compile(
            r"\b(?<=for )a week\b|\bone week\b|(?<=pendant )une semaine\b|(?<=durant )une semaine\b|(?<=d')une semaine\b|(?<=dure )une semaine\b"
        ),
    ),
    (
        2629800.0,
        re.compile(
            r"\b(?<=for )a month\b|\bone month\b|(?<=pendant )un mois\b|(?<=durant )un mois\b|(?<=d')un mois\b|(?<=dure )un mois\b"
        ),
    ),
    (
        31557600.0,
        re.compile(
            r"\b(?<=for )a year\b|\bone year\b|(?<=pendant )un an\b|(?<=durant )un an\b|(?<=d')un an\b|(?<=dure )un an\b"
        ),
    ),
    (1209600.0, re.compile(r"\ba fortnight\b|\bune quinzaine de jours\b")),
)


def quantities(statement: Statement, flat: str) -> list[Quantity]:
    """Return the amounts a sentence says, in order; dates, hours and numbers that name something are left out."""
    said = [
        (kind, value, m.start() + 3 * m[0].startswith("du "), m.end())
        for kind, value, pattern in _words(statement.lang)
        for m in pattern.finditer(flat)
    ]
    spelled = [
        (start, end)
        for kind, _value, start, end in said
        if kind == "share" and any(t.value is not None and start <= t.start < end for t in statement.tokens)
    ]
    found = [q for q in _numbers(statement, flat) if not any(s <= q.start < e for s, e in spelled)]
    taken = [(q.start, q.end) for q in found]
    lengths = [(seconds, m.start(), m.end()) for seconds, pattern in _LENGTHS for m in pattern.finditer(flat)]
    for seconds, start, end in lengths:
        if all(end <= s or start >= e for s, e in taken):
            taken.append((start, end))
            found.append(Quantity("amount", seconds, start, end, False, _things(statement.tokens, end), "s"))
    for kind, value, start, end in sorted(said, key=lambda one: one[2] - one[3]):
        if all(end <= s or start >= e for s, e in taken):
            taken.append((start, end))
            factor, begin = _bound(flat, start, statement.lang)
            if kind == "amount" and _TIMES.match(flat[end:]):
                kind = "times"
            if kind == "share" and value == 1.0 and _NOT_ALL.search(flat[:start]):
                value = SOME  # "not all", "pas tous"
            unit, scale = _unit(flat, end) if kind == "amount" else ("", 1.0)
            things = _things(statement.tokens, end)
            found.append(Quantity(kind, value * factor * scale, begin, end, False, things, unit))
    return sorted(found, key=lambda q: q.start)


SOME: Final = 0.3
"""What "some" counts as a share."""
_NOT_ALL = re.compile(r"\b(?:not|pas) $")
_TIMES = re.compile(r"\s?(?:times|fois)\b")
_SECONDS: Final = {
    **dict.fromkeys(("second", "seconds", "seconde", "secondes"), 1.0),
    **dict.fromkeys(("minute", "minutes"), 60.0),
    **dict.fromkeys(("hour", "hours", "heure", "heures", "hourly"), 3600.0),
    **dict.fromkeys(("day", "days", "jour", "jours"), 86400.0),
    **dict.fromkeys(("week", "weeks", "semaine", "semaines"), 604800.0),
    **dict.fromkeys(("month", "months", "mois"), 2629800.0),
    **dict.fromkeys(("year", "years", "an", "ans", "annee", "annees", "decades"), 31557600.0),
}
_METRES: Final = {
    **dict.fromkeys(("kilometre", "kilometres", "kilometer", "kilometers", "km"), 1000.0),
    **dict.fromkeys(("metre", "metres", "meter", "meters"), 1.0),
    **dict.fromkeys(("mile", "miles"), 1609.3),
    **dict.fromkeys(("foot", "feet"), 0.3048),
    **dict.fromkeys(("centimetre", "centimetres", "centimeters", "cm"), 0.01),
}


def _unit(flat: str, end: int) -> tuple[str, float]:
    """Return what the word after a number makes of it: seconds or metres, and by how much; nothing for other words."""
    match = re.match(r"[\s'-]*(?:de |d'|of )?([a-z]+)", flat[end:])
    word = match[1] if match else ""
    if word in _SECONDS:
        return "s", _SECONDS[word]
    return ("m", _METRES[word]) if word in _METRES else ("", 1.0)


_AFTER_BOUND = re.compile(
    r"^[^.;:!?,\d]{0,30}?(?:, tout)? ?\b(?:(?P<most>au plus|au maximum|at most|or less|tout au plus)|(?P<least>au minimum|au moins|at least|(?:or|and) more|et plus))"
    r"(?=\s*(?:\W|$))"
)
_NONE_OF = re.compile(r"\b(?:none|neither|aucune?) (?:of (?:the|its|their)|des|de ses|de leurs) $")
_ALL_OF = re.compile(r"\b(?:all(?: of)?(?: the| its| their)?|tous les|toutes les) $")
_ONE_IN = re.compile(
    r"(?<!every )(?<!each )\b(?:une?|one) (?:(?:\w+ )?(?:sur|in|out of|of the|of its|of their|of)|(?:seule? )?(?:des|de ses)) $"
)
_RANGE = re.compile(r"^\s*(?:a|au|to|-|and|et|ou|or)\s*$")


def _numbers(statement: Statement, flat: str) -> list[Quantity]:
    found: list[Quantity] = []
    numbers = [t for t in statement.tokens if t.value is not None]
    skip = -1
    for place, token in enumerate(numbers):
        if token.start < skip or token.value is None:
            continue
        following = numbers[place + 1] if place + 1 < len(numbers) else None
        between = flat[token.end : following.start] if following is not None else ""
        ranged = following is not None and bool(_RANGE.match(between)) and _opens(flat, token.start, between)
        if dated(flat, token) or (ranged and following is not None and dated(flat, following)):
            skip = following.end if ranged and following is not None else skip
            continue
        if _NONE_OF.search(flat[: token.start]):
            continue  # "none of the nine"
        after = flat[token.end :]
        value, end, kind, whole, ends = token.value, token.end, "amount", 0.0, (0.0, 0.0)
        if one_in := _ONE_IN.search(flat[: token.start]):
            factor, begin = _bound(flat, one_in.start(), statement.lang)
            things, share = _things(statement.tokens, end), factor / (value or 1)
            found.append(
                Quantity("share", share, begin, end, factor == 1.0, things, "", value, raw=1, bound=factor)
            )
            continue
        if percent := _PERCENT.match(after):
            value, end, kind = value / 100, token.end + percent.end(), "share"
        elif (part := _PART.match(after)) and value < _PARTS[part[1]]:
            value, end, kind = value / _PARTS[part[1]], token.end + part.end(), "share"
        elif value >= 2 and (all_of := _ALL_OF.search(flat[: token.start])):
            things = _things(statement.tokens, end)
            found.append(Quantity("share", 1.0, all_of.start(), end, True, things, "", value, raw=value))
            continue
        elif following is not None and following.value and following.value >= value and _OF.match(between):
            value, end, kind, whole = value / following.value, following.end, "share", following.value
            skip = following.end
        elif ranged and following is not None and following.value:
            ends = (_scaled(flat, token, following), following.value)
            value, end = (ends[0] + ends[1]) / 2, following.end
            skip = following.end
        factor, begin = _bound(flat, token.start, statement.lang)
        if factor == 1.0 and (late := _AFTER_BOUND.match(flat[end:])):
            factor = 0.8 if late["most"] else 1.12
        if kind == "amount" and _TIMES.match(flat[end:]):
            kind = "times"
        unit, scale = _unit(flat, end) if kind == "amount" else ("", 1.0)
        found.append(
            Quantity(
                kind, value * factor * scale, begin, end, factor == 1.0, _things(statement.tokens, end), unit, whole,
                (ends[0] * scale, ends[1] * scale), token.value, factor,
            )
        )  # fmt: skip
    return found


def _opens(flat: str, start: int, between: str) -> bool:
    """Tell whether two numbers are a range: "de six à huit", "between 6 and 8", "six to eight", not "in 2 and 3"."""
    if between.strip() in ("and", "et"):
        return bool(re.search(r"\b(?:entre|between)\b[^,;.]{0,20}$", flat[:start]))
    return True


def _scaled(flat: str, first: Token, second: Token) -> float:
    """Return the first number of a range in the measure of the second: "1,2 à 1,8 million"."""
    value, other = first.value or 0.0, second.value or 0.0
    for scale in (10.0**9, 10.0**6, 1000.0):
        if (
            other >= scale
            and value < 1000
            and re.search(r"mil|thousand|bn|\d\s?m\b", flat[second.start : second.end + 3])
        ):
            return value * scale
    return value


def dated(flat: str, token: Token) -> bool:
    """Tell whether a number belongs to a date or an hour, or names something ("line 27", "no. 4")."""
    before, after = flat[: token.start], flat[token.end :]
    value = token.value or 0
    if _AGED.search(before) and _AGE.match(after):
        return True
    if _PART_OF_A_NAME.search(before) or _RANK.match(after):
        return True
    near = re.match(r"\s?(?:er|st|nd|rd|th|e)?(?: of)?\s?([a-z]+)", after)
    last = re.search(r"([a-z]+)\.?\s?$", before)
    if value <= 31 and (
        (near and near[1] in MONTHS and near[1] not in ("mar", "may")) or (last and last[1] in MONTHS)
    ):
        return True
    if re.match(r"\s?may\b", after) or _MINUTES.search(before):
        return True
    if 1900 <= value <= 2100 and value == int(value) and token.end - token.start == 4:
        # a year, unless it is round and counts something ("2000 people")
        return not (value % 100 == 0 and re.match(r"\s[a-z]{3,}", after))
    if (
        1000 <= value < 1900
        and value == int(value)
        and token.end - token.start == 4
        and _IN_YEAR.search(before)
    ):
        return True
    if value <= 31 and _DAYS_ON.match(after):
        return True
    if re.match(r"\s?heures?\b", after) and value <= 24 and _AT_HOUR.search(before):
        return not re.search(r"\b(?:duree|horaire|plus|moins|pendant|supplementaires)\b[^,]{0,12}$", before)
    if re.match(r"\s?(?:in the (?:morning|afternoon|evening)|o'clock)", after):
        return True
    if re.fullmatch(r"[0-2]?\d\.[0-5]\d", flat[token.start : token.end]) and _AT_TIME.search(before):
        return True
    if (
        ":" in flat[token.start : token.end]
        or _CLOCK.match(after)
        or (re.search(r"\bat $", before) and value < 24)
    ):
        return True
    if last and last[1] in DAYS and value <= 31:
        return True
    return bool(_ORDINAL.search(before))


LEAST: Final = 1.12
"""What "at least" and "more than" multiply a number by; so does "never in less than"."""
_SPREAD = re.compile(r"\b(?:spread|scattered|distributed|divided|stretch\w*|extend\w*|spans?|all) over $")


def _bound(flat: str, start: int, lang: str) -> tuple[float, int]:
    before = flat[max(0, start - 36) : start]
    if _SPREAD.search(before):
        return 1.0, start
    for factor, pattern in _bounds(lang):
        if match := pattern.search(before):
            begin = start - len(before) + match.start()
            # "cannot be said more than three days before" is three days at most
            if factor != 1.0 and _NEVER.search(flat[:begin]):
                return (0.8 if factor > 1.0 else LEAST if factor < 0.95 else factor), begin
            return factor, begin
    return 1.0, start


_BREAK = re.compile(r"[,;:.!?()–]")


def _things(tokens: Sequence[Token], end: int) -> tuple[Token, ...]:
    """Return the next words that carry meaning: what is counted."""
    return tuple([t for t in tokens if t.start >= end and t.content and t.value is None][:2])


def folded(text: str) -> str:
    """Return a sentence folded character by character, so that places in it stay what they are."""
    return "".join(one if len(one := bare(c)) == 1 else c for c in text)

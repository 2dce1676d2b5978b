"""What one sentence says that can drift: its cues, amounts, negations, dates, names and speakers, each with its place."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import msgspec

from cordiale.domains.information.dates import DAYS, MONTHS
from cordiale.domains.information.drift.cues import Cue, cues
from cordiale.domains.information.drift.quantities import Quantity, folded, quantities
from cordiale.domains.information.lineage.statement import LONGEST, Statement


class Span(msgspec.Struct, frozen=True):
    """A piece of a sentence, characters `start` to `end`, with what it amounts to."""

    value: str
    start: int
    end: int


class Reading(msgspec.Struct, frozen=True):
    """A sentence as drift reads it. `denials` are its negations, the parts of one joined; `negators` the parts; `turned` the words
    that deny without one ("failed"); `negative` tells whether any word of negation is there at all."""

    statement: Statement
    flat: str
    cues: tuple[Cue, ...]
    quantities: tuple[Quantity, ...]
    denials: tuple[Span, ...]
    negators: tuple[Span, ...]
    turned: tuple[Span, ...]
    dates: tuple[Span, ...]
    names: tuple[Span, ...]
    speakers: tuple[Span, ...]
    future: bool
    negative: bool


_DENIALS: Final = {
    "en": re.compile(
        r"\b(?:not(?! only| just| since| until| before| rul| exclud| altogether)|n't|cannot|no(?! doubt| fewer| less| more than| longer than|\. ?\d|\d| later)|none|never|nobody|nothing(?! but)|neither|nowhere)\b"
    ),
    "fr": re.compile(
        r"\b(?:n'|ne )(?=(?:\w+[' ]){0,5}?(?:pas|plus|jamais|rien|aucune?|personne|ni|guere|nul|nullement|point)\b)|\b(?:aucune?|ni|nul(?:le)?|personne|rien|jamais)\b(?=(?: [\w'-]+){0,10} (?:n'|ne ))|\bpas (?:de|d'|une?|question|encore)\b|\bne (?:peu|pouv|sau|sai|os|cess)\w+|\bnon(?=\s?[,.;:!?»]|$)"
    ),
}
_ANY_NO: Final = {
    "en": re.compile(r"\b(?:not|n't|cannot|no|none|never|nobody|nothing|neither|nor)\b"),
    "fr": re.compile(r"\b(?:n'|ne |aucun|jamais|personne ne|rien|pas (?:de|d'|plus)|non\b)"),
}
_NOT_DENIED: Final = re.compile(
    r"n'\w+ meme pas|ne \w+ meme pas|n'\w+ plus qu|n'(?:exclu\w+|ecart\w+|est pas exclu)|ne (?:\w+ )?(?:que|qu')|n'\w+ (?:pas )?que|pas (?:plus|moins) de|pas meme|pas exclu|pas a exclure|cannot (?:be )?(?:rul|exclu)|can not (?:be )?rul|ne (?:peut|peuvent|saurait) (?:pas )?(?:etre )?exclu|does not rule|not ruled|not rul|no (?:more|fewer|less) than|not more than|ni plus ni moins|(?:may|might) or (?:may|might) not|(?:n'|ne )[^.;,]{0,40}pas[^.;,]{0,30} avant|not [^.;,]{0,30} (?:before|until)|ne [^.;]{0,30}?plus[^.;]{0,24}? qu(?:e |')|never for more|no chances?\b|n'est pas en mesure de dire|cannot (?:yet )?say|not be \w+ for (?:some |several |many |\w+ )?(?:days|weeks|months|years)|meme pas|(?:not|ne pas|n't|cannot be \w+|never) [^,;.]{0,20}(?:more than|plus de)"
)
_IF: Final = re.compile(r"\b(?:if|unless|si|s'ils?|a moins qu)\b[^,;:.]*$")
"""What is denied in a condition is not denied."""
_TURNED: Final = {
    "en": re.compile(
        r"\b(?:fail(?:s|ed)?|unknown|cancel(?:l?ed)?|refus(?:e|es|ed|al)|den(?:ies|ied|y|ial)|den(?:y|ies|ied)|lacks?|lost|false|unable|impossible|closed|prohibited|banned|withdr(?:e|a)wn?|ruled out|stays? open|unaware|silent|muted|free of charge|untrue|reject(?:s|ed)?|yet to|left open|leaves open|disput(?:e|es|ed)|halt(?:s|ed)?|too (?:early|soon)|premature|doubt(?:s|ed|ful)?|abandoned|without|cut off|still open|undecided|pending|declin(?:e|es|ed)|absent|absence|un(?:harmed|hurt|injured|affected|touched|changed|damaged)|missing|avoid(?:s|ed)?|empty|spared|dismiss(?:es|ed)|left out|against|stopped|too \w+ to|los(?:e|es|ing)|out of the question|suspended|fault\w*|flaws?|flawed|defect\w*|failures?|loss(?:es)?|vanish\w*|disappear\w*|reluctan\w*|hesita\w*|unwilling\w*|unlikely|improbable|discourag\w*)\b"
    ),
    "fr": re.compile(
        r"\b(?:ignor(?:e|ent|ait|ons|aient)|annul(?:e|ee|es|ees)|refus\w*|dement(?:i|ent|ie)?|fau(?:x|sse|sses)|impossible|incapable|inconnue?s?|ferme(?:e|es|s)?|interdi\w+|hors d[e']|peu (?:vraisemblable|probable)|echou(?:e|ent|ait)|rejet(?:e|te|ee)|renonc(?:e|ent)|muet(?:te|tes|s)?|abandonne(?:e|es|s)?|gratuit\w*|sans(?! doute)|absente?s?|absence|indemnes?|manqu\w+|evit\w+|declin\w+|vides?|epargn\w+|intacte?s?|exempte?s?|ecart(?:e|ent)|inchange\w*|prive\w*|contre|echapp\w+|premature\w*|a l'arret|conteste(?:nt|es?)?|en suspens|hors de question|perd(?:e|ent)?|trop \w+ pour|suspendu\w*|defauts?|failles?|pannes?|pertes?|perdu\w*|dispar\w*|hesit\w*|rechign\w*|improbable\w*|defaillan\w*|deconseill\w*|dissuad\w*)\b"
    ),
}
_FUTURE: Final = {
    "en": re.compile(r"\b(?:will|shall|is to|are to|'ll|won't)\b"),
    "fr": re.compile(
        r"\b\w{2,}r(?:a|ont|ons|ez)\b(?<!\bura)|\bir(?:a|ai|ons|ont)\b|\bva(?: \w+)? \w+(?:er|ir|re)\b|\bvont \w+(?:er|ir|re)\b"
    ),
}
_SAYS: Final = {
    "en": r"(?:said|says|say|told|added|adds|explained|explains|warned|warns|claimed|claims|announced|announces|according to|argued|insisted|noted|acknowledged|admitted|admits|wrote|replied|joked)",
    "fr": r"(?:dit|declare|explique|affirme|assure|indique|precise|ajoute|annonce|resume|reconnait|reconnu|estime|rappelle|selon|d'apres|lance|souligne|ironise|confie|previent|repond|repondu|s'exclame|exclame|se defend|soupire|raconte|ecrit|conclut|raille|plaide|martele|tonne)(?:e|nt)?",
}


@lru_cache(maxsize=20_000)
def read(statement: Statement) -> Reading:
    """Return what a sentence says that can drift."""
    flat = folded(statement.text[:LONGEST])
    lang = "fr" if statement.lang == "fr" else "en"
    denials = [
        Span("no", m.start(), m.end())
        for m in _DENIALS[lang].finditer(flat)
        if not _NOT_DENIED.match(flat[m.start() :])
        and not _IF.search(flat[: m.start()])
        and not _NOT_DENIED.search(flat[max(0, m.start() - 12) : m.end() + 1])
    ]
    return Reading(
        statement,
        flat,
        tuple(cues(flat, lang, statement.text[:LONGEST])),
        tuple(quantities(statement, flat)),
        tuple(_once(denials)),
        tuple(denials),
        tuple(Span("turned", m.start(), m.end()) for m in _TURNED[lang].finditer(flat)),
        tuple(_dates(flat)),
        tuple(_names(statement)),
        tuple(_speakers(statement, flat, lang)),
        bool(_FUTURE[lang].search(flat)),
        bool(_ANY_NO[lang].search(flat)),
    )


def _once(denials: list[Span]) -> list[Span]:
    """Join the parts of one negation: "aucun … n'", "ne … ni … ni"."""
    kept: list[Span] = []
    for span in denials:
        if kept and span.start - kept[-1].end < 30:
            kept[-1] = Span("no", kept[-1].start, span.end)
        else:
            kept.append(span)
    return kept


_DAY_MONTH = re.compile(
    rf"\b(\d{{1,2}})(?:er|st|nd|rd|th)?(?: of)? ({'|'.join(MONTHS)})\b|\b({'|'.join(MONTHS)})\.? (\d{{1,2}})\b(?! \d{{3}})"
)
_YEAR = re.compile(
    r"\b(1[5-9]\d\d|20\d\d)\b(?! \w*(?:euros|dollars|patients|people|personnes|metres|habitants))"
)
_WEEKDAY = re.compile(rf"\b({'|'.join(DAYS)})s?\b")
_MONTH = re.compile(
    rf"\b({'|'.join(name for name in MONTHS if len(name) > 3 or name == 'mai')})\b(?! \d{{1,2}}\b(?! \d{{3}}))"
)
_SEASON = re.compile(
    r"\b(?:(?:in|this|next|last|early|late|mid|the|by|until|since|following|of|en|au|cet|a|d|l|prochain|dernier|de l|fin|debut|avant l|jusqu'a l)[ '-](?:the )?)(spring|summer|autumn|fall|winter|printemps|ete|automne|hiver)\b(?! of\b)|\b(spring|summer|autumn|fall|winter|printemps|ete|automne|hiver)(?= (?:19|20)\d\d)"
)
_SEASONS: Final = {
    name: number
    for number, names in enumerate(
        ("spring printemps", "summer ete", "autumn fall automne", "winter hiver"), 1
    )
    for name in names.split()
}
_HOUR = re.compile(
    r"\b(\d{1,2})(?:[:.]| ?h(?:eures?)? ?)(\d\d)?\s?(a\.?m\.?|p\.?m\.?)?(?!\d|,\d)|\b(\d{1,2}) ?(a\.?m\.?|p\.?m\.?)"
)


def _dates(flat: str) -> list[Span]:
    """Return the days, months, years, weekdays and hours of a sentence, written one way."""
    found: list[Span] = []
    for m in _DAY_MONTH.finditer(flat):
        day, month = (m[1], m[2]) if m[1] else (m[4], m[3])
        if month not in ("may", "mar") or not re.match(r" (?:be|have|not)\b", flat[m.end() :]):
            found.append(Span(f"day {MONTHS[month]}-{int(day)}", m.start(), m.end()))
    taken = [(s.start, s.end) for s in found]
    found += [
        Span(f"season {_SEASONS[m[m.lastindex or 1]]}", m.start(m.lastindex or 1), m.end(m.lastindex or 1))
        for m in _SEASON.finditer(flat)
    ]
    for pattern, kind in ((_YEAR, "year"), (_WEEKDAY, "weekday"), (_MONTH, "month"), (_HOUR, "hour")):
        for m in pattern.finditer(flat):
            if any(m.start() < end and m.end() > start for start, end in taken):
                continue
            value = _value(kind, m)
            if value:
                found.append(Span(f"{kind} {value}", m.start(), m.end()))
    return sorted(found, key=lambda s: s.start)


def _value(kind: str, m: re.Match[str]) -> str:
    if kind == "year":
        return m[1]
    if kind == "weekday":
        return str(DAYS[m[1]])
    if kind == "month":
        return (
            ""
            if m[1] == "may" and not m.string[: m.start()].endswith(("in ", "of ", "early ", "mid-", "late "))
            else str(MONTHS[m[1]])
        )
    hour, minute, half = (m[1], m[2], m[3]) if m[1] else (m[4], None, m[5])
    if not m[1] and not half:
        return ""
    if m[1] and minute is None and not half and "h" not in m[0]:
        return ""
    number = int(hour)
    if number > 24:
        return ""
    if half and half.startswith("p") and number < 12:
        number += 12
    return f"{number}:{minute or '00'}"


_LITTLE: Final = frozenset(
    ["i", "mr", "mrs", "ms", "dr", "m", "mme", "mlle", "le", "la", "les", "un", "une", "l", "de"]
)


def _names(statement: Statement) -> list[Span]:
    """Return the runs of capitalised words that are no sentence's first."""
    found: list[Span] = []
    last = -2
    for token in statement.tokens:
        calendar = token.stem in MONTHS or token.word in MONTHS or token.word in DAYS
        if token.name and not calendar and token.word not in _LITTLE:
            between = statement.text[found[-1].end : token.start] if found and last >= 0 else "x"
            if (
                found
                and re.fullmatch(
                    r"[\s'’-]*(?:(?:de|du|des|d|la|le|of|the|and|&|à|aux?|en|for)\b[\s'’]*)?", between
                )
                and len(between) < 8
            ):
                found[-1] = Span(found[-1].value + " " + token.word, found[-1].start, token.end)
            else:
                found.append(Span(token.word, token.start, token.end))
            last = token.end
    return found


def _speakers(statement: Statement, flat: str, lang: str) -> list[Span]:
    """Return who is said to speak: the name or function beside a verb of speech."""
    found = []
    for m in re.finditer(rf"\b{_SAYS[lang]}\b", flat):
        after = re.match(r"[ ,]*((?:[^,.;:\"”»]){3,70})", flat[m.end() :])
        before = re.search(
            r"[\"”»,]\s*([^,.;:\"“”«»]{3,60}?)\s*(?:a |l'a |ont |has |s'est |se )?$", flat[: m.start()]
        )
        if (
            after
            and flat[: m.start()].rstrip(" ").endswith(('"', "”", "»", ",", "a", "'", "s'est"))
            and (not before or lang == "fr")
        ):
            found.append(Span("after", m.end() + after.start(1), m.end() + after.end(1)))
        elif before:
            found.append(Span("before", before.start(1), before.end(1)))
    return found

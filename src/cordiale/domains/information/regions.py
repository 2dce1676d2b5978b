"""Tell the article from the page around it, for text copied off a page: one line is one block.

The lines are all there is: no markup is left. What counts is length, full stops, place on the page, and the words that
pages say of themselves. A line of which nothing tells is part of the article where the article surrounds it, else not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from cordiale.domains.information.dates import only_a_date
from cordiale.domains.information.document import Region
from cordiale.domains.information.folding import plain, stem, words

_FURNITURE = re.compile(
    r"""cookie|^to\ leave\ this|^filed\ under|^texte\ ?:|^illustration|droits\ r[ée]serv|^notes?\ (?:to|aux)\ ©|\(c\)\ ?\d{4}|copyright|all\ rights|tous\ droits|reproduction\b.*(?:prohibited|interdite)|may\ be\ reproduced
    |subscri|newsletter|s'abonner|abonne[zr]|abonnement|lettre\ d'information|infolettre|sign\ (?:in|up)|log\ ?in|register\b.*sign
    |se\ connecter|mon\ compte|skip\ to|aller\ au\ contenu|privacy|vie\ priv|terms\ (?:of|and)|conditions\ (?:d'|g)|mentions\ l
    |plan\ du\ site|qui\ sommes|about\ us|advertis|publicit|petites\ annonces|press\ (?:contact|office|enquir)|media\ contact
    |contact\ ?(?:presse|:)|service\ presse|renseignements\ ?:|^presse?\ ?:|@\w|www\.|https?://|\.example\b|follow\ us|suivez|facebook|whatsapp
    |linkedin|tweet|partager|share\ th|^share\b|imprimer|print\ this|\bcomments\b|comment(?:s|aires)?\ (?:ferm|clos|\()|\(\d+\ comment|^\d+\ comment
    |r[ée]agir|press\ release\ (?:no|n°|\d)|^press\ release|^communiqu[ée]|immediate\ (?:use|release)|diffusion\ imm|issue\ \d|n[°º]\ ?\d
    |^photos?\b|^image|^pictured|^picture|^graphic|^graphique|^infographie|^video|^vid[ée]o|cr[ée]dit\ ?:|\(archives|\bap\ photo|ci-dessus
    |reporting\ by|editing\ by|avec\ afp|contributed\b|^source\ ?:|reach\ the\ newsroom|newsroom|mis\ [àa]\ jour|last\ updated
    |^updated|^posted|^published|^publi[ée]\ le|minutes?\ (?:read|de\ lecture)|reading\ time|temps\ de\ lecture|hours?\ ago|il\ y\ a\ \d+\ (?:h|min)
    |^by\ [A-Z\W]|^par\ (?:[A-Z]|la\ r[ée]daction|notre)|^de\ notre|^r[ée]daction\b|^editor|correspondent$|correspondant(?:e)?$|charity\ no
    |registered\ (?:charity|office|in)|si[èe]ge\ social|printed\ (?:at|by)|tirage|imprim[ée]\ |listen\ (?:live|to)|[ée]couter|now\ playing
    |request\ line|text\ \w+\ to|all\ our|appears\ (?:on|every)|para[îi]t\ (?:le|chaque)|faire\ un\ don|donate|soutene[zr]|support\ (?:us|this)
    |^tags?\ ?:|^mots-cl|^annexe?\ ?:|^annex\ ?:|\btel\b|t[ée]l\.|t[ée]l[ée]phone\ ?:|\d{2,5}[ -]\d{3}[ -]\d{3,4}|est\ [ée]dit[ée]\ par|is\ a\ .{0,30}title\ of
    |^\W*(?:home|accueil|menu|advertisement|annonce|more|plus|ok|accept(?:er)?|close|fermer|show\ more|read\ more|top\ news|latest\ news)\W*$
    |nothing\ on\ this\ site|note\ to\ editors|ends?$|^-?\ ?(?:ends|fin)\ ?-?$|\ \|\ |\ ·\ |\S\ {3,}\S|\ [›>]\ |do\ you\ know\ more|vous\ habitez""",
    re.IGNORECASE | re.VERBOSE,
)
_ELSEWHERE = re.compile(
    r"""^\W*(?:read\ (?:also|more|next|on)|see\ also|also\ (?:read|inside|in)|related|most\ (?:read|viewed|popular)|more\ (?:on|from|stories|news)
    |up\ next|coming\ up|next\ (?:week|issue|month)|previously|in\ other\ news|elsewhere|you\ may\ (?:also\ )?like|don't\ miss|recommended|trending
    |tonight|tomorrow|lire\ (?:aussi|[ée]galement|la\ suite)|[àa]\ (?:lire|voir|suivre|ne\ pas|venir|[ée]couter|d[ée]couvrir)|voir\ aussi|sur\ le\ m[êe]me
    |(?:les\ )?(?:plus|mieux)\ (?:lus?|vus?)|ces\ articles|dans\ (?:la\ m[êe]me|le\ prochain|notre)|notre\ dossier|dossier|prochainement|[ée]galement
    |en\ page|page\ \d|p\.\ ?\d|on\ page|podcast|quiz|inside|contest|concours|upcoming|agenda)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_HEADED: Final = re.compile(r"^[^\W\d_][\w '’&-]{2,28}\s?:\s\S")
"""A rubric and a title: "Farming: Ewe prices firm"."""
_CLOSED = re.compile(r"[.!?…][\"'”’»)\]\s]*$")
_CAPTION = re.compile(r"\((?:photo|image|archives|cr[ée]dit|ap|afp|reuters)\b[^)]*\)|©", re.IGNORECASE)
_NAMED = re.compile(
    r"[A-ZÀ-Þ][\w'.-]*(?: (?:of|for|the|and|de|du|des|et|&|[A-ZÀ-Þ][\w'.-]*))* [A-ZÀ-Þ][\w'.-]*"
)
_SIGNED = re.compile(r"^[A-Za-z]{2,5}(?:/[A-Za-z]{1,5}){1,3}$|^\([^()]{3,80}\)$")
_PARAGRAPH: Final = 9
"""A line of at least this many words that ends as a sentence does is a paragraph."""
_LEAD: Final = 18
"""The article begins with the first paragraph of at least this many words, or of two sentences."""


_COST: Final = 6
"""What a line that is no paragraph counts against the run it stands in, in words."""
_FULL: Final = 60
"""A longer paragraph counts as this many words, so that one does not outweigh a menu."""
_LOOKED_AT: Final = 900
"""Characters of a line that are looked at: a line without an end must not cost time without end."""
_SURE: Final = 12
"""Below the last such paragraph, a line is part of the article only if it has at least this many words and a full stop."""


def regions(lines: Sequence[str], lang: str = "", *, masthead: bool = True) -> list[Region]:
    """Return the region of each line of one text; empty lines belong to the region before them.

    `masthead` is false for a text that follows others in its file: its first line is no longer the page's name.
    """
    flat = [_seen(plain(line).strip()) for line in lines]
    kinds: list[Region] = ["chrome"] * len(flat)
    paragraphs = [n for n, line in enumerate(flat) if _paragraph(line)]
    dense = _dense(flat, paragraphs)
    paragraphs = [n for n in paragraphs if n in dense]
    leads = [n for n in paragraphs if _lead(flat[n])]
    if not leads:
        return _short(flat)
    first = leads[0]
    last = max(leads[-1], *(n for n in paragraphs if flat[n].endswith(".") and len(words(flat[n])) >= _SURE))
    said = {stem(word, lang or "en") for n in paragraphs for word in words(flat[n]) if len(word) > 3}
    for n in range(first, last + 1):
        kinds[n] = _within(flat[n], n in paragraphs, said, lang)
    for n in _headline(flat, first, said, lang, masthead=masthead):
        kinds[n] = "body"
    for n in range(first):
        if kinds[n] != "body" and _ELSEWHERE.match(flat[n]):
            kinds[n] = "teaser"
    _tail(flat, kinds, last)
    return kinds


def _seen(line: str) -> str:
    """Return as much of a line as its region is told by: the beginning and the end."""
    return line if len(line) <= _LOOKED_AT else line[: _LOOKED_AT - 60] + " " + line[-60:]


def _dense(flat: Sequence[str], paragraphs: Sequence[int]) -> range:
    """Return the lines among which most of the article stands: the run with the greatest sum, where words of paragraphs
    count for it and every other line against it (maximum subarray)."""
    are = set(paragraphs)
    best, total, start, found = 0, 0, 0, range(0)
    for n, line in enumerate(flat):
        if total <= 0:
            total, start = 0, n
        total += min(_FULL, len(words(line))) if n in are else -_COST if line else 0
        if total > best:
            best, found = total, range(start, n + 1)
    return found


def _paragraph(line: str) -> bool:
    found = words(line)
    return len(found) >= _PARAGRAPH and bool(_CLOSED.search(line)) and not _furnished(line, len(found))


def _furnished(line: str, size: int) -> bool:
    """Tell whether a line speaks of the page; in a long line such a word may be the article's own."""
    found = _FURNITURE.search(line)
    return found is not None and (size < 40 or (found.start() < 12 and size < 60))


def _lead(line: str) -> bool:
    return len(words(line)) >= _LEAD or len(re.findall(r"[.!?][\"'»)]*\s+[\"'«(]?[A-ZÀ-Þ]", line)) >= 1


def _within(line: str, paragraph: bool, said: set[str], lang: str) -> Region:
    if paragraph or not line:
        return "body"
    size = len(words(line))
    if _ELSEWHERE.match(line):
        return "teaser"
    if (
        (_furnished(line, size) and size < 25)
        or _CAPTION.search(line)
        or _SIGNED.match(line)
        or only_a_date(line)
    ):
        return "chrome"
    if size > 8 and not _CLOSED.search(line) and not _told(line, said, lang, 2) and not line.endswith(":"):
        return "teaser"
    return "body"


def _told(line: str, said: set[str], lang: str, least: int) -> bool:
    """Tell whether the article speaks of what a line speaks of."""
    return sum(stem(word, lang or "en") in said for word in words(line) if len(word) > 3) >= least


def _headline(flat: Sequence[str], first: int, said: set[str], lang: str, *, masthead: bool) -> list[int]:
    """Return the lines above the article which are its headline and the line under it."""
    found: list[int] = []
    for n in range(first - 1, -1, -1):
        line = flat[n]
        size = len(words(line))
        if not line:
            continue
        if found and (found[-1] - n > 1 or size < 5):
            break
        if (
            size < 3
            or _furnished(line, size)
            or _ELSEWHERE.match(line)
            or only_a_date(line)
            or _CAPTION.search(line)
        ):
            continue
        if masthead and not found and n == 0 and size < 6 and not _told(line, said, lang, 2):
            continue
        if (
            size < 5
            and _NAMED.fullmatch(line)
            and any(len(words(flat[m])) >= 5 and not _furnished(flat[m], 9) for m in range(max(0, n - 3), n))
        ):
            continue  # a signature under the headline
        if _SIGNED.match(line) or (line.isupper() and size < 5 and not _told(line, said, lang, 2)):
            continue
        found.append(n)
        if len(found) == 2:
            break
    return found


def _tail(flat: Sequence[str], kinds: list[Region], last: int) -> None:
    """Tell, below the article, lines that lead to others from the rest of the page."""
    listed = False
    for n in range(last + 1, len(flat)):
        line = flat[n]
        size = len(words(line))
        if not line:
            kinds[n] = kinds[n - 1]
            continue
        furnished = _furnished(line, size)
        if found := _ELSEWHERE.match(line):
            kinds[n], listed = ("teaser" if size > len(words(found[0])) + 2 else "chrome"), True
        elif furnished or only_a_date(line) or _SIGNED.match(line) or size < 3:
            kinds[n], listed = "chrome", listed and not furnished
        elif listed or _HEADED.match(line) or (size >= 5 and not _CLOSED.search(line)):
            kinds[n] = "teaser"


def _short(flat: Sequence[str]) -> list[Region]:
    """Return the regions of a text without a paragraph: a list, a post, a single sentence."""
    return [
        "teaser" if _ELSEWHERE.match(line) else "chrome" if _furnished(line, len(words(line))) else "body"
        for line in flat
    ]

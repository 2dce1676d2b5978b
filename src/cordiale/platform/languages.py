"""Say every sentence in English and French, from catalogues that each room keeps for itself.

A message id is the English sentence with {named} places; `_` marks it in code and changes nothing. Catalogues are
`messages/fr.po` (and `fr_CA.po` where Canada says it otherwise) in a room or a domain, found by looking. They are
read at the first sentence that is not English, so an English process never pays for them.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from cordiale.platform.clock import Instant

LANGUAGES: Final = ("en", "fr", "fr-CA")
"""What a reader may choose; `fr` is French as written in France."""


def _(message_id: str) -> str:
    """Mark a sentence for the catalogues."""
    return message_id


def _n(one: str, many: str) -> tuple[str, str]:
    """Mark a sentence that counts, for one and for several."""
    return one, many


def text(lang: str, message_id: str, /, **params: Any) -> str:
    """Write a sentence in a language, its places filled; English where no translation is known."""
    return fill(catalogue(lang).get(message_id, message_id), params)


def ntext(lang: str, one: str, many: str, n: int, /, **params: Any) -> str:
    """Write a sentence that counts: `{n}` is filled with the number as the language writes it.

    French says zero in the singular, English in the plural.
    """
    chosen = one if (n in (0, 1) if is_french(lang) else n == 1) else many
    return fill(catalogue(lang).get(chosen, chosen), {"n": number(lang, n), **params})


def fill(sentence: str, params: Mapping[str, Any]) -> str:
    """Fill a sentence's named places; a place without a value is shown as “…” instead of hiding the sentence.

    Counts of many leave out what named a single one.
    """
    if "{" not in sentence:
        return sentence
    try:
        return sentence.format_map(_Places(params))
    except (ValueError, IndexError, AttributeError, TypeError):
        return sentence


def is_french(lang: str) -> bool:
    """Tell whether a language tag is one of ours in French."""
    return lang[:2] == "fr"


def negotiate(accept_language: str, default: str = "en") -> str:
    """Choose a language from an Accept-Language header (RFC 9110 §12.5.4)."""
    wishes = []
    for position, part in enumerate(accept_language[:1000].split(",")):
        tag, *rest = (piece.strip() for piece in part.split(";"))
        weight = 1.0
        for piece in rest:
            if piece.startswith("q="):
                try:
                    weight = float(piece[2:])
                except ValueError:
                    weight = 0.0
        if weight > 0:
            wishes.append((-weight, position, tag.lower()))
    for _weight, _position, tag in sorted(wishes):
        if tag == "fr-ca":
            return "fr-CA"
        if tag[:2] in ("fr", "en"):
            return tag[:2]
    return default


def catalogue_files() -> tuple[Path, ...]:
    """Find every room's and domain's catalogues, in a fixed order."""
    root = Path(__file__).parent.parent
    return tuple(sorted([*root.glob("*/messages/*.po"), *root.glob("domains/*/messages/*.po")]))


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """Return the translations of a language by message id; empty for English."""
    if not is_french(lang):
        return {}
    found: dict[str, str] = {}
    for locale in ("fr", "fr_CA") if lang == "fr-CA" else ("fr",):
        for file in catalogue_files():
            if file.stem == locale:
                found.update(read_catalogue(file))
    return found


def read_catalogue(file: Path) -> dict[str, str]:
    """Read the translations in one catalogue; empty and doubtful (fuzzy) ones are left out.

    Raises ValueError with the line when the file is not a catalogue.
    """
    from babel.messages.pofile import PoFileError, read_po  # loaded only when French is needed

    try:
        with file.open("rb") as stream:
            entries = list(read_po(stream, abort_invalid=True))
    except PoFileError as error:
        raise ValueError(f"{file}: {error}") from error
    found: dict[str, str] = {}
    for entry in entries:
        if not entry.id or entry.fuzzy:
            continue
        ids = (entry.id,) if isinstance(entry.id, str) else tuple(entry.id)
        strings = (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())
        found.update({i: _apostrophes(s) for i, s in zip(ids, strings, strict=False) if s})
    return found


def number(lang: str, value: float) -> str:
    """Write a number as the language does: 12,345.6 or 12 345,6."""
    if not is_french(lang):
        return f"{value:,}"
    from babel.numbers import format_decimal

    return format_decimal(value, locale=_locale(lang))


def percent(lang: str, share: float, digits: int = 0) -> str:
    """Write a share of 1 as a percentage: 12% or 12 %."""
    if not is_french(lang):
        return f"{share:.{digits}%}"
    return f"{share * 100:.{digits}f}".replace(".", ",") + "\u00a0%"


def instant(lang: str, when: Instant) -> str:
    """Write an instant for a person, to the minute, with its zone: 3 March 2026, 14:05 UTC."""
    comma = "" if is_french(lang) else ","
    return _written(lang, when, "wide", comma) + " UTC"


def brief_instant(lang: str, when: Instant) -> str:
    """Write an instant for a list whose head names the zone, UTC: 3 Mar 2026 14:05."""
    return _written(lang, when, "abbreviated", "")


def _written(lang: str, when: Instant, width: str, comma: str) -> str:
    """Write a day, its month by name, and the minute; by hand, since a page has hundreds of them."""
    from datetime import UTC, datetime

    moment = datetime.fromtimestamp(when / 1_000_000, UTC)
    clock = f"{moment.hour:02d}{' h ' if lang == 'fr-CA' else ':'}{moment.minute:02d}"
    return f"{moment.day} {_months(lang, width)[moment.month]} {moment.year}{comma} {clock}"


@cache
def _months(lang: str, width: str) -> Mapping[int, str]:
    from babel.dates import get_month_names

    return dict(get_month_names(width, locale=_locale(lang)))  # type: ignore[arg-type]  # one of babel's own widths


def day(lang: str, when: Instant) -> str:
    """Write the day of an instant in UTC for a person: 3 March 2026."""
    from datetime import UTC, datetime

    from babel.dates import format_date

    return format_date(datetime.fromtimestamp(when / 1_000_000, UTC), "d MMMM y", locale=_locale(lang))


def country(lang: str, code: str) -> str:
    """Return what a country of ISO 3166-1 (two letters, in either case) is called, "" where there is none."""
    from babel import Locale

    return str(Locale.parse(_locale(lang)).territories.get(code.upper(), ""))


def language(lang: str, tag: str) -> str:
    """Return what the language of a tag (BCP 47) is called, "" where nobody knows it: French (Canada)."""
    from babel import Locale, UnknownLocaleError

    try:
        return str(Locale.parse(tag, sep="-").get_display_name(_locale(lang)) or "")
    except (UnknownLocaleError, ValueError):
        return ""


def _apostrophes(french: str) -> str:
    """Write d'abord as d’abord, except in `code`: translators type the straight one, readers see the right one."""
    parts = french.split("`")
    parts[::2] = [re.sub(r"(?<=\w)'(?=\w)", "’", part) for part in parts[::2]]
    return "`".join(parts)


def _locale(lang: str) -> str:
    return {"fr": "fr_FR", "fr-CA": "fr_CA"}.get(lang, "en_GB")


class _Places(dict[str, Any]):
    """Show that something stands where no value is known."""

    def __missing__(self, key: str) -> str:
        return "…"

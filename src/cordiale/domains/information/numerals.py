"""Read numbers as English and French write them: in digits, grouped or not, and in words."""

from __future__ import annotations

import re
from typing import Final

ENGLISH: Final = {
    **{
        name: value
        for value, name in enumerate(
            [
                "zero",
                "one",
                "two",
                "three",
                "four",
                "five",
                "six",
                "seven",
                "eight",
                "nine",
                "ten",
                "eleven",
                "twelve",
                "thirteen",
                "fourteen",
                "fifteen",
                "sixteen",
                "seventeen",
                "eighteen",
                "nineteen",
            ]
        )
    },
    **dict(
        zip(
            ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
            range(20, 100, 10),
            strict=True,
        )
    ),
}
FRENCH: Final = {
    **{
        name: value
        for value, name in enumerate(
            ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize", "quatorze", "quinze", "seize"]
        )
    },
    "une": 1,
    **dict(zip(["vingt", "trente", "quarante", "cinquante", "soixante"], range(20, 70, 10), strict=True)),
    "septante": 70, "huitante": 80, "octante": 80, "nonante": 90, "vingts": 20,
}  # fmt: skip
SCALES: Final = {
    "en": {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12, "millions": 10**6, "billions": 10**9},
    "fr": {"cent": 100, "cents": 100, "mille": 1000, "million": 10**6, "millions": 10**6, "milliard": 10**9, "milliards": 10**9},
}  # fmt: skip
_DIGITS = re.compile(r"^\d+(?:[.,]\d+)*$")


def digits(text: str, lang: str) -> float | None:
    """Return the value of digits: "1,860", "1 860", "2,4" (French) or "2.4"; None for what is none ("4:20", "1.2.3")."""
    if not _DIGITS.match(text):
        return None
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text) and (lang != "fr" or text.count(",") > 1):
        return float(text.replace(",", ""))
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", text) and lang == "fr":
        return float(text.replace(".", "").replace(",", "."))
    if text.count(".") + text.count(",") > 1:
        return None
    return float(text.replace(",", "."))


def spelled(parts: list[str], lang: str) -> tuple[float, int] | None:
    """Return the value of the number that the first words spell, and how many words it takes.

    "thirty-seven", "two hundred and six", "quatre-vingt-trois", "trente et un", "2.4 million". A lone "one", "un" or
    "une" is an article as often as a number: it is left to the reader of the sentence.
    """
    units = FRENCH if lang == "fr" else ENGLISH
    scales = SCALES["fr" if lang == "fr" else "en"]
    total, group, used, started = 0.0, 0.0, 0, False
    last = 0.0
    for place, word in enumerate(parts[:8]):
        value = digits(word, lang) if word[:1].isdigit() else None
        small = _hyphened(word, lang) if value is None else value
        if small is None and word in units:
            small = float(units[word])
        if small is not None and not (started and value is not None):
            if started and (parts[0][:1].isdigit() or not _joins(last, small, lang)):
                break  # "in 2028 eleven ships"
            if lang == "fr" and word in ("vingt", "vingts") and last == 4:
                group += 76
                small = 80.0
            else:
                group += small
            last, started, used = small, True, place + 1
        elif word in scales and started:
            scale = scales[word]
            group = (group or 1) * scale if scale == 100 else group
            if scale > 100:
                total += (group or 1) * scale
                group = 0.0
            last, used = float(scale), place + 1
        elif word in ("cent", "mille") and lang == "fr":
            group = 100.0 if word == "cent" else 0.0
            total += 1000.0 if word == "mille" else 0.0
            last, started, used = 100.0 if word == "cent" else 1000.0, True, place + 1
        elif (
            word in ("and", "et")
            and started
            and place + 1 < len(parts)
            and parts[place + 1] in units
            and last >= 20
        ):
            continue
        else:
            break
    return (total + group, used) if started else None


def _hyphened(word: str, lang: str) -> float | None:
    """Return the value of a number written with hyphens."""
    if "-" not in word:
        return None
    parts = [part for part in word.split("-") if part not in ("et", "and")]
    units = FRENCH if lang == "fr" else ENGLISH
    if not all(part in units or part in SCALES["fr" if lang == "fr" else "en"] for part in parts):
        return None
    total = 0.0
    for part in parts:
        if part in ("vingt", "vingts") and total == 4:
            total = 80.0
        elif part in ("cent", "cents", "hundred"):
            total = (total or 1.0) * 100
        elif part == "mille":
            total = (total or 1.0) * 1000
        else:
            total += units.get(part, 0)
    return total


def _joins(last: float, small: float, lang: str) -> bool:
    """Tell whether a smaller number goes on the one before: twenty one, quatre vingt, soixante dix, cent deux."""
    if lang == "fr" and last == 4 and small == 20:
        return True
    if last >= 100:
        return small < 100
    return last >= 20 and small < (20 if lang == "fr" and last in (60.0, 80.0) else 10)

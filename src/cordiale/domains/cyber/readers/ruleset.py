"""Take apart rules of Suricata and Snort: one a line, goes on after a backslash; what is no rule is named with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from cordiale.domains.cyber.readers.endings import words
from cordiale.platform.languages import _

LONGEST: Final = 65_536
"""Characters of one rule: sensors take fewer."""

ACTIONS: Final = words(
    "alert drop reject rejectsrc rejectdst rejectboth pass log block sdrop activate dynamic rewrite react"
)  # fmt: skip

_HEADER = re.compile(
    r"(?P<action>[a-z]{3,12})(?:\s++(?P<proto>[a-z0-9_.-]{1,24})(?:\s++(?P<rest>[^()\"]{1,8000}?))?)?\s*\(",
)
_BEGINS = re.compile(
    rf"\s*#?\s*(?:{'|'.join(sorted(ACTIONS))})\s+[a-z0-9_.-]{{1,24}}\s+\S.*(?:->|<>).*\(", re.IGNORECASE
)
_NAME = re.compile(r"[a-z0-9_.-]{1,60}", re.IGNORECASE).fullmatch


class Parsed(msgspec.Struct, frozen=True):
    """One rule: its line in the file, action, header, options in their order, number, and its text on one line."""

    line: int
    action: str
    header: str
    options: tuple[tuple[str, str], ...]
    sid: int
    text: str

    def all(self, name: str) -> tuple[str, ...]:
        """Return the values of every option of a name, without quotes."""
        return tuple(unquoted(value) for known, value in self.options if known == name)

    def first(self, name: str) -> str:
        """Return the value of the first option of a name, "" for none."""
        return next(iter(self.all(name)), "")


class Wrong(msgspec.Struct, frozen=True):
    """A line that begins as a rule and is none, with the reason."""

    line: int
    code: str
    message_id: str
    text: str


NO_END: Final = _("This rule has no end: its parentheses are not closed on its line.")
NO_SID: Final = _("This rule has no number (sid).")
NO_OPTION: Final = _("This rule has an option that cannot be read.")
TOO_LONG: Final = _("This rule is longer than any sensor takes.")


def parsed(text: str) -> list[Parsed]:
    """Return the rules of a text; what is none is left out."""
    return [one for one in rules(text) if isinstance(one, Parsed)]


def looks_like_rules(head: str) -> bool:
    """Tell whether text begins as a file of rules does, remarks aside."""
    for line in head.splitlines()[:80]:
        if not line.strip() or line.lstrip().startswith("#"):
            if _BEGINS.match(line):
                return True
            continue
        return bool(_BEGINS.match(line))
    return False


def rules(text: str) -> Iterator[Parsed | Wrong]:
    """Yield each rule of a file and each line that is none, in their order; rules that are switched off ("#") are remarks."""
    held, began = "", 0
    # only line feeds end a line: a rule is carried on byte for byte, and sensors know no other ends
    for number, raw in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not held and (not raw.strip() or raw.lstrip().startswith("#")):
            continue
        began = began or number
        if raw.endswith("\\"):
            held += raw[:-1] + " "
            if len(held) <= LONGEST:
                continue
        whole = (held + raw).strip()
        held = ""
        yield _rule(whole, began)
        began = 0
    if held.strip():
        yield Wrong(began, "rule-end", NO_END, held[:500])


def _rule(text: str, line: int) -> Parsed | Wrong:
    if len(text) > LONGEST:
        return Wrong(line, "rule-long", TOO_LONG, text[:500])
    head = _HEADER.match(text)
    if (
        head is None
        or head["action"] not in ACTIONS
        or not text.endswith(")")
        or any(ord(c) < 32 and c != "\t" for c in text)
    ):
        return Wrong(line, "rule-end", NO_END, text[:500])
    options = _options(text[head.end() : -1])
    if options is None:
        return Wrong(line, "rule-option", NO_OPTION, text[:500])
    numbers = [value for name, value in options if name == "sid"]
    if len(numbers) != 1 or not numbers[0].isdigit() or len(numbers[0]) > 10:
        return Wrong(line, "rule-sid", NO_SID, text[:500])
    header = text[: head.end() - 1].strip()
    return Parsed(line, head["action"], header, tuple(options), int(numbers[0]), text)


def _options(body: str) -> list[tuple[str, str]] | None:
    """Return the options of a rule, None where one cannot be read: quotes hold semicolons, a backslash hides a sign."""
    found: list[tuple[str, str]] = []
    start, quoted, place = 0, False, 0
    while place < len(body):
        sign = body[place]
        if sign == "\\":
            place += 2
            continue
        if sign == '"':
            quoted = not quoted
        elif sign == ";" and not quoted:
            name, colon, value = body[start:place].strip().partition(":")
            if not _NAME(name.strip()):
                return None
            found.append((name.strip().lower(), value.strip() if colon else ""))
            start = place + 1
        place += 1
    return found if not quoted and not body[start:].strip() and found else None


def unquoted(value: str) -> str:
    """Return a value without its quotes, and without the backslashes that hide signs."""
    bare = value.removeprefix("!").strip()
    if len(bare) > 1 and bare[0] == bare[-1] == '"':
        bare = bare[1:-1]
    return re.sub(r"\\(.)", r"\1", bare)

"""The words of a STIX pattern: one at a time, from the place where the last ended."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from functools import lru_cache
from typing import Final

from cordiale.platform.languages import _
from cordiale.stix.instants import instant_of
from cordiale.stix.limits import SAFE_INTEGER
from cordiale.stix.patterns.fault import PatternError
from cordiale.stix.patterns.tree import EVERY, Binary, Constant, Hex, Moment, Path

PATH: Final = 1
TEXT: Final = 2
TYPED: Final = 3
NUMBER: Final = 4
WORD: Final = 5
SIGN: Final = 6
END: Final = 7
WRONG: Final = 8

# Every repetition is possessive and no two alternatives begin alike: the time is linear in the pattern, whatever is
# written there. White space is as in the published grammar (all that Unicode calls so), and so are comments.
_SPACE = "\\t\\n\\v\\f\\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_GAP = rf"(?:[{_SPACE}]++|/\*(?:[^*]++|\*(?!/))*+\*/|//[^\r\n]*+)*+"
_STRING = r"'(?:[^'\\]++|\\['\\])*+'"
_NAME = r"[A-Za-z_][A-Za-z0-9_-]*+"
_STEP = rf"\.{_GAP}(?:{_NAME}|{_STRING})|\[{_GAP}(?:[0-9]++|\*){_GAP}\]"
scan: Final = re.compile(
    rf"{_GAP}(?:"
    rf"({_NAME}{_GAP}:{_GAP}(?:{_NAME}|{_STRING})(?:{_GAP}(?:{_STEP}))*+)"
    rf"|({_STRING})"
    r"|([tbh]'[^']*+')"
    r"|([+-]?(?:[0-9]*+\.[0-9]++|[0-9]++)(?![A-Za-z0-9_.]))"
    rf"|({_NAME})"
    r"|([()\[\],]|[<>!=]=|<>|[=<>])"
    r"|(\Z)"
    r"|(.))",
    re.DOTALL,
).match
follows: Final = re.compile(
    rf"{_GAP}([<>!]=|[=<>]|LIKE|MATCHES|ISSUBSET|ISSUPERSET){_GAP}({_STRING})", re.DOTALL
).match
"""What stands behind most paths: an operator and a text, at one go."""

_parts = re.compile(
    rf"{_GAP}[.:]?{_GAP}(?:({_NAME})|({_STRING})|\[{_GAP}([0-9]++|\*){_GAP}\])", re.DOTALL
).finditer
_escaped = re.compile(r"\\(['\\])").sub
_hexadecimal = re.compile(r"(?:[0-9A-Fa-f]{2})*+").fullmatch

_LONGEST_NUMBER = 400
_LARGEST_INDEX = 1 << 31


def text_of(written: str) -> str:
    """Return the text that a constant in apostrophes stands for."""
    inner = written[1:-1]
    return _escaped(r"\1", inner) if "\\" in inner else inner


@lru_cache(maxsize=4096)
def path_of(written: str) -> tuple[Path, int]:
    """Return a path, and where in it a name stands that has a hyphen without apostrophes (-1 for nowhere)."""
    names: list[str | int | None] = []
    hyphen = -1
    for found in _parts(written):
        name, quoted, index = found.groups()
        if name is not None:
            if names and hyphen < 0 and "-" in name:
                hyphen = found.start(1)
            names.append(name)
        elif quoted is not None:
            names.append(text_of(quoted))
        else:
            names.append(EVERY if index == "*" else int(index) if len(index) < 11 else _LARGEST_INDEX)
    observable = names[0]
    assert isinstance(observable, str)
    return Path(observable, tuple(names[1:])), hyphen


def number_of(written: str, text: str, offset: int) -> int | float:
    """Return a number; raises PatternError where it is none, or larger than every reader agrees on."""
    digits = written.lstrip("+-")
    if len(digits) <= _LONGEST_NUMBER:
        if "." in digits:
            return float(written)
        if len(digits) == 1 or digits[0] != "0":
            value = int(written)
            if abs(value) <= SAFE_INTEGER:
                return value
    raise wrong_value(text, offset, written)


def typed(written: str, text: str, offset: int) -> Constant:
    """Return octets or a timestamp (`h'…'`, `b'…'`, `t'…'`); raises PatternError where it is none."""
    prefix, inner = written[0], written[2:-1]
    if prefix == "t":
        instant = instant_of(inner)
        if instant is not None:
            return Moment(inner, instant)
    elif prefix == "h":
        if _hexadecimal(inner):
            return Hex(bytes.fromhex(inner))
    else:
        try:
            return Binary(b64decode(inner.replace("\n", "").replace("\r", ""), validate=True))
        except (NotBase64, ValueError):
            pass
    raise wrong_value(text, offset, written)


def wrong_value(text: str, offset: int, written: str) -> PatternError:
    """Return the refusal of a constant that is not what its form promises."""
    return PatternError(
        "pattern-value",
        _("Line {line}, character {column}: {found} is not a value that a pattern can compare with."),
        text, offset, found=written[:60],
    )  # fmt: skip

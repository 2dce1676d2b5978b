"""LIKE and MATCHES in time linear in the text they are tried on."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final
from unicodedata import normalize

from cordiale.platform.errors import ConfigurationError, InputError
from cordiale.platform.languages import _

Test = Callable[[Any], bool]
"""Whether a value passes."""

LONGEST: Final = 10_000
"""Characters of a regular expression that is taken."""

_WITH_BLANKS: Final = 1_000
"""Characters of a piece of LIKE that has `_`: each place of a text may take as many steps."""

_TOGETHER: Final = 3
_GROUP: Final = 100
"""Expressions from which on, and up to which, one set of them is made."""

_MEMORY: Final = 8 << 20
"""Octets one expression may use (RE2 falls back to a slower way when its automaton does not fit)."""


class NotTaken(InputError):
    """Report an expression that the engine does not take: it could not be tried in linear time, or is none."""


def composed(text: str) -> str:
    """Return a text in the form in which LIKE and MATCHES compare (NFC)."""
    return text if text.isascii() else normalize("NFC", text)


def like(pattern: str) -> Test:
    """Return the test of LIKE: `%` stands for any characters, `_` for one; the whole text has to fit.

    Octets are compared as the characters of the same numbers. What stands between two `%` is looked for from left to
    right, once: the first place where it fits is as good as any other.
    """
    pieces = composed(pattern).split("%")
    finders = [_finder(piece) for piece in pieces]
    least = sum(map(len, pieces))

    def passes(value: Any) -> bool:
        if isinstance(value, str):
            text = composed(value)
        elif isinstance(value, bytes):
            text = value.decode("latin-1")
        else:
            return False
        if len(text) < least:
            return False
        if len(pieces) == 1:
            return len(text) == least and finders[0](text, 0) == 0
        last = len(text) - len(pieces[-1])
        if finders[0](text[: len(pieces[0])], 0) != 0 or finders[-1](text[last:], 0) != 0:
            return False
        at = len(pieces[0])
        for piece, find in zip(pieces[1:-1], finders[1:-1], strict=True):
            at = find(text, at)
            if at < 0:
                return False
            at += len(piece)
        return at <= last

    return passes


def _finder(piece: str) -> Callable[[str, int], int]:
    """Return the function that finds a piece from some place on, -1 where it is not."""
    if "_" not in piece:
        return lambda text, at: text.find(piece, at)
    if len(piece) > _WITH_BLANKS:
        raise NotTaken(
            "like-length",
            _("What stands between two `%` after LIKE has _ and is longer than {most} characters."), most=_WITH_BLANKS,
        )  # fmt: skip
    form = re.compile("".join("." if c == "_" else re.escape(c) for c in piece), re.DOTALL).search

    def find(text: str, at: int) -> int:
        found = form(text, at)
        return found.start() if found else -1

    return find


@cache
def engine() -> Any:
    """Return RE2; raises ConfigurationError where the extra `cyber` is not installed."""
    try:
        import re2
    except ImportError as error:
        raise ConfigurationError(
            "extra",
            _("MATCHES needs the extra {extra}. Install it: `pip install 'cordiale[{extra}]'`"), extra="cyber",
        ) from error  # fmt: skip
    return re2


@cache
def installed() -> bool:
    """Tell whether the engine is there: LIKE does without it."""
    try:
        engine()
    except ConfigurationError:
        return False
    return True


def matches(expression: str) -> Test:
    """Return the test of MATCHES: the expression is found somewhere in the text, `.` also being a line end.

    Texts are compared as Unicode in NFC, octets as octets. Raises NotTaken for an expression that RE2 does not take
    (look-around, back references, atomic groups), ConfigurationError without RE2.
    """
    written = composed(expression)
    search = _compiled(written.encode("utf-8", "surrogatepass"), False, expression)
    narrow = (
        _compiled(written.encode("latin-1"), True, expression)
        if max(written, default="a") < "\u0100"
        else None
    )

    def passes(value: Any) -> bool:
        if isinstance(value, str):
            text = value if value.isascii() else normalize("NFC", value)
            return search(text.encode("utf-8", "surrogatepass")) is not None
        return isinstance(value, bytes) and narrow is not None and narrow(value) is not None

    return passes


Which = Callable[[str], Sequence[int]]
"""Which of several tests a text passes, by their places."""


def together(written: Sequence[str], tests: Sequence[Test]) -> Which:
    """Return what tells which of several expressions are found in a text, each of them written for RE2 and as its test.

    Mostly none is: one expression that is all of them says so, and a set of them says which. A few, and what is too much
    for one set, are tried one by one; so are all of them without RE2.
    """
    groups = [
        _group(written[start : start + _GROUP], tests[start : start + _GROUP], start)
        for start in range(0, len(tests), _GROUP)
    ]
    if len(groups) == 1:
        return groups[0]
    return lambda value: [place for group in groups for place in group(value)]


def _group(written: Sequence[str], tests: Sequence[Test], start: int) -> Which:
    def alone(value: str) -> Sequence[int]:
        return [place for place, test in enumerate(tests, start) if test(value)]

    if len(tests) < _TOGETHER or not installed():
        return alone
    re2 = engine()
    encoded = [composed(one).encode("utf-8", "surrogatepass") for one in written]
    try:
        search = _compiled(b"|".join(b"(?:%b)" % one for one in encoded), False, "", 1 << 22)
        chosen = re2.Set.SearchSet(_options(False))
        places = [chosen.Add(one) for one in encoded]
        chosen.Compile()
    except (NotTaken, re2.error):
        return alone
    if places != list(range(len(encoded))):
        return alone

    def which(value: str) -> Sequence[int]:
        data = composed(value).encode("utf-8", "surrogatepass")
        if search(data) is None:
            return ()
        # A set that runs out of memory finds none, where one is
        return [start + place for place in chosen.Match(data)] or alone(value)

    return which


def like_expression(pattern: str) -> str:
    """Return the expression that finds what LIKE does."""
    re2 = engine()
    said = "".join(
        "(?s:.*)" if c == "%" else "(?s:.)" if c == "_" else re2.escape(c) for c in composed(pattern)
    )
    return rf"\A{said}\z"


def _compiled(written: bytes, octets: bool, shown: str, longest: int = LONGEST) -> Callable[[bytes], Any]:
    re2 = engine()
    options = _options(octets)
    if len(written) > longest:
        raise NotTaken(
            "expression-length",
            _("The expression after MATCHES is longer than {most} characters."),
            most=longest,
        )
    try:
        search: Callable[[bytes], Any] = re2.compile(written, options).search
    except re2.error as error:
        said = error.args[0] if error.args else ""
        raise NotTaken(
            "expression",
            _("The expression {found} after MATCHES is not taken: {why}. Look-around and back references cannot be tried in a time that is known beforehand."),
            found=shown[:60], why=said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said),
        ) from None  # fmt: skip
    return search


def _options(octets: bool) -> Any:
    re2 = engine()
    options = re2.Options()
    options.dot_nl = True
    options.log_errors = False
    options.never_capture = True
    options.max_mem = _MEMORY
    options.encoding = re2.Options.Encoding.LATIN1 if octets else re2.Options.Encoding.UTF8
    return options

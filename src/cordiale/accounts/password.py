"""Passwords: Argon2id (RFC 9106) with parameters of the OWASP Password Storage Cheat Sheet: 46 MiB, one pass.

About 0.07 CPU-seconds a password on the machine of the benchmarks. What stands against guessing there is
`cordiale.accounts.throttle`; this stands against whoever gets hold of the database.
"""

from __future__ import annotations

import threading
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final

from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST: Final = 12
LONGEST: Final = 256
DIFFERENT: Final = 5

TOO_SHORT = _(
    "A password has at least {least} characters. Three or four words that do not belong together are good."
)
TOO_LONG = _("A password has at most {most} characters.")
TOO_PLAIN = _("This password is too easy to guess: it repeats itself, or holds a name that others know.")

_turn = threading.BoundedSemaphore(2)  # each takes 46 MiB: many at once must not fill the memory

# The hash of 32 random bytes that nobody kept: what is compared with where there is nothing to compare with, so that
# a name that nobody has takes as long as a wrong password.
NOBODY: Final = (
    "$argon2id$v=19$m=47104,t=1,p=1$wjM3U/WOYOBv/vjb+xO0sQ$aOYdNg9QieYQAI7GI3VaYdSkEOyHkSUNIa1HHDb2VAk"
)


def check(password: str, known: tuple[str, ...] = ()) -> None:
    """Raise InputError for a password that is too short, too long or holds one of the names that others know."""
    plain = _plain(password)
    if len(plain) < SHORTEST:
        raise InputError("password.short", TOO_SHORT, least=SHORTEST).at("password")
    if len(plain) > LONGEST:
        raise InputError("password.long", TOO_LONG, most=LONGEST).at("password")
    folded = plain.casefold()
    held = [name for name in known if len(name) > 2 and name.casefold() in folded]
    if len(set(folded)) < DIFFERENT or any(len(plain) - len(name) < SHORTEST - 4 for name in held):
        raise InputError("password.plain", TOO_PLAIN).at("password")


def hashed(password: str) -> str:
    """Return what is kept of a password."""
    with _turn:
        return _hasher().hash(_plain(password))


def matches(password: str, kept: str | None) -> bool:
    """Tell whether a password is the one that was kept; takes as long where none was."""
    from argon2.exceptions import InvalidHashError, VerificationError

    if len(password) > LONGEST:
        password, kept = password[:LONGEST], None
    with _turn:
        try:
            return _hasher().verify(kept or NOBODY, _plain(password)) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def is_old(kept: str) -> bool:
    """Tell whether a password was kept with parameters that are no longer used."""
    return _hasher().check_needs_rehash(kept)


def _plain(password: str) -> str:
    # one password, however a keyboard composes its accents (NIST SP 800-63B §3.1.1.2)
    return unicodedata.normalize("NFKC", password)


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)

"""Ask for a password at the keyboard, twice, or read it from standard input; never from the command line."""

from __future__ import annotations

import getpass
import sys

from cordiale.cli.tree import tr
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

NOTHING = _("There is no password on standard input: write it there, on one line.")
DIFFER = _("The two passwords differ. Nothing was written.")


def password_from_input() -> str:
    """Return the first line of standard input; raises InputError when it is empty."""
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise InputError("password.nothing", NOTHING)
    return line


def asked_password() -> str:
    """Return the password that a person types twice, "" when they type none; raises InputError when the two differ."""
    first = getpass.getpass(tr(_("Password (empty: make a link instead): ")))
    if first and getpass.getpass(tr(_("The same again: "))) != first:
        raise InputError("password.differ", DIFFER)
    return first

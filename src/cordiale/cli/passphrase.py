"""Ask for a passphrase at the keyboard, or read it from a file; never from the command line, which others can list."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from cordiale.cli.tree import tr
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

NOBODY = _("There is nobody to ask for the passphrase: give it with --passphrase-file FILE.")
NO_FILE = _("The passphrase cannot be read from {file}: {detail}")
DIFFER = _("The two passphrases differ. Nothing was written.")


def passphrase(file: Path | None) -> str:
    """Return the passphrase that opens something; raises InputError when there is none."""
    if file is not None:
        return _first_line(file)
    if not sys.stdin.isatty():
        raise InputError("passphrase.nobody", NOBODY)
    return getpass.getpass(tr(_("Passphrase: ")))


def new_passphrase(file: Path | None) -> str:
    """Return the passphrase that is to lock something, asked for twice at the keyboard; raises InputError."""
    chosen = passphrase(file)
    if file is None and getpass.getpass(tr(_("The same again: "))) != chosen:
        raise InputError("passphrase.differ", DIFFER)
    return chosen


def _first_line(file: Path) -> str:
    try:
        return (file.read_text("utf-8").splitlines() or [""])[0]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("passphrase.file", NO_FILE, file=str(file), detail=str(error)) from error

"""An error is one sentence on standard error (or one JSON object) and an exit code."""

from __future__ import annotations

import errno
import re
import sys
from collections.abc import Mapping
from typing import Any

from cordiale.cli.session import current
from cordiale.platform.errors import CordialeError, exit_code
from cordiale.platform.languages import _, text

USAGE = 2
STORAGE_FULL = 9

# typer's own sentences, recognised by their English form → ours in both languages
_USAGE = (
    (r"No such command '(?P<name>[^']*)'", _("There is no command “{name}”. See: cordiale --help")),
    (r"No such option: (?P<name>\S+)", _("There is no option {name}. See: cordiale {path} --help")),
    (
        r"Missing (?:argument|parameter) '(?P<name>[^']*)'",
        _("{name} is missing. See: cordiale {path} --help"),
    ),
    (r"Missing option '(?P<name>[^']*)'", _("{name} is missing. See: cordiale {path} --help")),
    (r"Missing command", _("Say what to do. See: cordiale {path} --help")),
    (
        r"Got unexpected extra arguments? \((?P<name>.*)\)",
        _("“{name}” is one word too many. See: cordiale {path} --help"),
    ),
    (
        r"(?:Option|option) '?(?P<name>[^' ]*)'? requires an? ",
        _("{name} needs a value. See: cordiale {path} --help"),
    ),
    (
        r"'(?P<name>[^']*)' is not a valid",
        _("“{name}” cannot be used there. See: cordiale {path} --help"),
    ),
)


def answer_failure(error: Exception) -> int:
    """Tell a person what went wrong and return the exit code."""
    if isinstance(error, CordialeError):
        return say(error.code, error.message_id, error.params, exit_code(error))
    if hasattr(error, "format_message"):
        return _wrong_usage(error)
    if type(error).__name__ == "Abort":
        return say("interrupted", _("Stopped. What was done is kept; repeat to go on."), exit=130)
    if isinstance(error, OSError):
        return _system(error)
    if "database or disk is full" in str(error):
        return say("disk-full", _("The disk is full: free space and repeat."), exit=STORAGE_FULL)
    if "database is locked" in str(error):
        return say(
            "busy",
            _("Another process is writing to this node: wait for it to end and repeat."),
            exit=8,
        )
    return say(
        "unexpected",
        _("Something unforeseen happened ({kind}: {words}). Repeat with --debug and report it."),
        {"kind": type(error).__name__, "words": str(error).split("\n")[0][:200]},
        1,
    )


def say(code: str, message_id: str, params: Mapping[str, Any] | None = None, exit: int = 1) -> int:
    """Write one error and return its exit code."""
    session = current()
    sentence = text(session.lang, message_id, **(params or {}))
    if session.json:
        import msgspec

        record = {"error": {"code": code, "message": sentence, "exit": exit}}
        sys.stdout.write(msgspec.json.encode(record).decode() + "\n")
        sys.stdout.flush()
    else:
        label = text(session.lang, _("Error: "))
        sys.stderr.write(f"{label}{sentence}\n")
    return exit


def _wrong_usage(error: Any) -> int:
    words = error.format_message()
    context = getattr(error, "ctx", None)
    path = " ".join((context.command_path if context else "cordiale").split()[1:])
    if not words or type(error).__name__ == "NoArgsIsHelpError":  # no argument at all: help, as it stands
        sys.stdout.write(words + "\n")
        return USAGE
    for pattern, message_id in _USAGE:
        if found := re.search(pattern, words):
            return say("usage", message_id, {"path": path, **found.groupdict()}, USAGE)
    return say("usage", _("{words} See: cordiale {path} --help"), {"words": words, "path": path}, 2)


def _system(error: OSError) -> int:
    where = str(error.filename or "")
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return say("disk-full", _("The disk is full: free space and repeat."), exit=STORAGE_FULL)
    if isinstance(error, FileNotFoundError):
        return say("no-file", _("There is no file {path}: check its name."), {"path": where}, 5)
    if isinstance(error, PermissionError):
        return say(
            "no-permission",
            _("{path} may not be read or written by this user: change its permissions or its owner."),
            {"path": where},
            6,
        )
    return say(
        "system",
        _("The system refused: {words} ({path})."),
        {"words": error.strerror or str(error), "path": where},
    )

"""What the person asked of every command: which node, which language, JSON or words."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cordiale.platform.languages import LANGUAGES

TAKES_VALUE = {
    "--node": "node",
    "--lang": "lang",
    "--at": "at",
    "--token-file": "token_file",
    "--certificate": "certificate",
}
FLAGS = {"--json": "json", "--debug": "debug", "--quiet": "quiet"}


@dataclass(frozen=True, slots=True)
class Session:
    """The options that hold for every command, wherever they stand on the line."""

    node: Path
    lang: str = "en"
    json: bool = False
    debug: bool = False
    quiet: bool = False
    unknown_lang: str = ""
    at: str = ""
    token_file: Path | None = None
    certificate: Path | None = None


def read_line(argv: Sequence[str], environ: Mapping[str, str] = os.environ) -> tuple[Session, list[str]]:
    """Take the options of every command out of a command line; return them and the rest.

    They may stand before or after the command; everything behind `--` is left alone.
    """
    found: dict[str, str] = {}
    rest: list[str] = []
    arguments = iter(argv)
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if argument == "--":
            rest += [argument, *arguments]
        elif argument in FLAGS:
            found[FLAGS[argument]] = "1"
        elif name in TAKES_VALUE and equals:
            found[TAKES_VALUE[name]] = value
        elif name in TAKES_VALUE:
            value = next(arguments, "")
            if value:
                found[TAKES_VALUE[name]] = value
            else:
                rest.append(argument)
        else:
            rest.append(argument)
    asked = found.get("lang", "")
    session = Session(
        node=Path(found.get("node") or environ.get("CORDIALE_NODE") or "."),
        lang=language(asked, environ),
        json="json" in found,
        debug="debug" in found or bool(environ.get("CORDIALE_DEBUG")),
        quiet="quiet" in found,
        unknown_lang="" if speaks(asked) else asked,
        at=found.get("at", ""),
        token_file=Path(found["token_file"]) if "token_file" in found else None,
        certificate=Path(found["certificate"]) if "certificate" in found else None,
    )
    return session, rest


def speaks(asked: str) -> bool:
    """Tell whether a language that was asked for is one of ours; nothing asked is well too."""
    return not asked or asked[:2].lower() in ("en", "fr")


def language(asked: str | None, environ: Mapping[str, str]) -> str:
    """Choose a language: what was asked, then CORDIALE_LANG, then the locale, then English."""
    variables = ("CORDIALE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    for wish in (asked, *(environ.get(name) for name in variables)):
        if not wish:
            continue
        tag = wish.partition(".")[0].replace("_", "-").lower()
        for known in LANGUAGES:
            if tag == known.lower():
                return known
        if tag[:2] in ("en", "fr"):
            return tag[:2]
    return "en"


_current = Session(node=Path())


def current() -> Session:
    """Return the session of this process; commands are loaded after it is known."""
    return _current


def begin(session: Session) -> None:
    """Set the session of this process, once, before any command is loaded."""
    global _current
    _current = session


def interactive() -> bool:
    """Tell whether a person watches: progress is drawn only then."""
    return sys.stderr.isatty() and not _current.json and not _current.quiet

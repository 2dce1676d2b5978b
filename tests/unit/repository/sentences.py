"""Find every sentence the product can say, and what is wrong with its French.

`python -m tests.unit.repository.sentences [ROOM]` lists the faults, and writes what is missing as catalogue entries.
"""

import ast
import re
import string
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import jinja2
from babel.messages.pofile import read_po
from jinja2.ext import extract_from_ast

from cordiale.platform import errors

SOURCE = Path(__file__).parents[3] / "src" / "cordiale"
ERRORS = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.CordialeError)
}
NO_BREAK = "\u00a0\u202f"

# A sentence's place in a call: `_("…")`, `_n("…", "…")`, `text(lang, "…")`, `ntext(lang, "…", "…", n)`, errors' second.
PLACES = {"_": (0,), "_n": (0, 1), "text": (1,), "ntext": (1, 2), **dict.fromkeys(ERRORS, (1,))}


def room_of(file: Path) -> str:
    """Name the room, or the domain, that a file belongs to."""
    parts = file.relative_to(SOURCE).parts
    return f"domains/{parts[1]}" if parts[0] == "domains" and len(parts) > 2 else parts[0]


@cache
def said() -> dict[str, str]:
    """Return every sentence marked in code and templates, with the first place it is said."""
    found: dict[str, str] = {}
    for file in sorted(SOURCE.rglob("*.py")):
        for line, sentence in in_python(file.read_text(encoding="utf-8")):
            found.setdefault(sentence, f"{file.relative_to(SOURCE)}:{line}")
    environment = jinja2.Environment(autoescape=True)
    for file in sorted([*SOURCE.rglob("*.html"), *SOURCE.rglob("*.txt.j2")]):
        tree = environment.parse(file.read_text(encoding="utf-8"))
        for line, _function, given in extract_from_ast(tree, ["_"]):
            sentence = given if isinstance(given, str) else given[0]  # with what stands in its places, if any
            if isinstance(sentence, str):
                found.setdefault(sentence, f"{file.relative_to(SOURCE)}:{line}")
    return found


def in_python(code: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        for place in PLACES.get(name, ()):
            if place < len(node.args):
                argument = node.args[place]
                options = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
                for option in options:
                    if isinstance(option, ast.Constant) and isinstance(option.value, str) and option.value:
                        yield node.lineno, option.value


@cache
def translated(locale: str = "fr") -> dict[str, dict[str, str]]:
    """Return for each catalogue of a locale its translations by sentence, empty ones too."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted(SOURCE.rglob(f"messages/{locale}.po")):
        entries: dict[str, str] = {}
        with file.open("rb") as stream:
            for entry in read_po(stream, abort_invalid=True):
                if entry.id:
                    ids = (entry.id,) if isinstance(entry.id, str) else tuple(entry.id)
                    strings = (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())
                    for one, written in zip(ids, strings, strict=False):
                        entries[one] = "" if entry.fuzzy else written
        found[room_of(file)] = entries
    return found


def missing() -> dict[str, str]:
    """Return the sentences without French, with where they are said."""
    known = {one for entries in translated().values() for one, written in entries.items() if written}
    return {sentence: place for sentence, place in said().items() if sentence not in known}


def unsaid() -> dict[str, str]:
    """Return the sentences with French that the product says nowhere, with the room whose catalogue has them."""
    known = {
        one: room
        for locale in ("fr", "fr_CA")
        for room, entries in translated(locale).items()
        for one in entries
    }
    return {sentence: room for sentence, room in known.items() if sentence not in said()}


def places(sentence: str) -> set[str]:
    """Return the names of a sentence's places."""
    return {
        name.split(".")[0].split("[")[0]
        for _text, name, _spec, _conv in string.Formatter().parse(sentence)
        if name
    }


def faults(french: str, english: str = "") -> list[str]:
    """Return what French typography says against a sentence; text in `backticks` and addresses are code.

    Rules: Lexique des règles typographiques en usage à l'Imprimerie nationale; a no-break space (U+00A0 or U+202F)
    before : ; ! ? % and inside « ». The straight apostrophe is written, and read as ’ by the platform.
    """
    text = re.sub(r"`[^`]*`|\{[^}]*\}|https?://\S+|\*\.\w+", "x", french)
    found = []
    if re.search(rf"[^{NO_BREAK}\s][;!?»%]|\w:(?=\s|$)|\):(?=\s|$)", text):
        found.append("a no-break space is missing before : ; ! ? % or »")
    if re.search(r"[ \t\n][:;!?»%](?!\w)", text):
        found.append("the space before : ; ! ? % or » must not break (U+00A0 or U+202F)")
    if re.search(rf"«[^{NO_BREAK}]", text):
        found.append("« must be followed by a no-break space")
    if re.search(r'(?<!=)"', text):
        found.append("quotation marks are « and »")
    if "..." in text:
        found.append("an ellipsis is one character: …")
    if (
        text.strip()
        and english
        and (french[0] == " ", french[-1] == " ") != (english[0] == " ", english[-1] == " ")
    ):
        found.append("a space at the beginning or the end differs from the English")
    return found


def main(rooms: list[str]) -> int:
    """Print what is missing, wrong or said no more in the given rooms, or in all."""
    count = 0
    for sentence, place in missing().items():
        if not rooms or place.split("/")[0] in rooms:
            count += 1
            quoted = sentence.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            print(f'#: {place}\nmsgid "{quoted}"\nmsgstr ""\n')
    for room, entries in translated().items():
        for one, french in entries.items():
            if (not rooms or room in rooms) and (wrong := faults(french, one)):
                count += 1
                print(f"{room}: {one!r}: {'; '.join(wrong)}")
    for sentence, room in unsaid().items():
        if not rooms or room in rooms:
            count += 1
            print(f"{room}: {sentence!r}: nobody says it any more; take it out of the catalogue")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

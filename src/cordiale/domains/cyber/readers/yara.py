"""Take apart files of YARA rules, without compiling them: where each begins and ends, its tags, its meta."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from cordiale.platform.languages import _

LARGEST: Final = 16 << 20
LONGEST: Final = 512 << 10
"""Characters of one rule."""

_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)|(?P<text>"(?:[^"\\\n]|\\.)*+")|(?P<word>[A-Za-z_]\w*+)|"""
    r"""(?P<number>\d\w*+)|(?P<space>\s++)|(?P<sign>.)""",
    re.DOTALL,
)
_REGEX = re.compile(r"/(?:[^/\\\n]|\\.)++/[is]{0,2}")
_BEGINS = re.compile(
    r"(?:^|\n)\s*(?:(?:private|global)\s+){0,2}rule\s+[A-Za-z_]\w{0,127}\s*(?::[\w\s]{0,400})?\{", re.DOTALL
)
_ESCAPED = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_CONTROL: Final = {"n": "\n", "t": "\t", "r": "\r"}

NO_END: Final = _("This rule has no end: a brace, a text or a remark is not closed.")
TOO_LONG: Final = _("This rule is longer than is taken.")
INCLUDES: Final = _(
    "Another file is included here: rules must stand in one file. What it holds was not read."
)


class YaraRule(msgspec.Struct, frozen=True):
    """One rule: its line, name, tags, meta (names may repeat), the modules it imports, and its text from its first word."""

    line: int
    name: str
    tags: tuple[str, ...]
    meta: tuple[tuple[str, str], ...]
    imports: tuple[str, ...]
    text: str
    private: bool = False

    def said(self, *names: str) -> str:
        """Return the first meta of one of these names, "" for none."""
        return next((value for name in names for known, value in self.meta if known.lower() == name), "")


class Broken(msgspec.Struct, frozen=True):
    """What could not be read as a rule."""

    line: int
    code: str
    message_id: str
    text: str


def looks_like_yara(head: str) -> bool:
    """Tell whether text begins as a file of YARA rules does."""
    return bool(_BEGINS.search(head)) or bool(
        re.match(r'\s*(?:import\s+"[a-z]+"\s+)+(?:private |global )*rule\s', head)
    )


class _Token(msgspec.Struct, frozen=True):
    kind: str
    text: str
    start: int
    end: int


def yara_rules(text: str) -> Iterator[YaraRule | Broken]:
    """Yield each rule of a file in its order, and what cannot be read; after damage reading goes on at the next rule."""
    imports: dict[str, None] = {}
    place = 0
    while place < len(text):
        token = _next(text, place)
        place = token.end
        if token.kind in ("comment", "space"):
            continue
        if token.text == "import":
            named = _following(text, place)
            if named is not None and named.kind == "text":
                imports[named.text[1:-1]] = None
                place = named.end
        elif token.text == "include":
            yield Broken(
                _line(text, token.start), "yara-include", INCLUDES, text[token.start : token.start + 200]
            )
            named = _following(text, place)
            place = named.end if named is not None else place
        elif token.text in ("rule", "private", "global"):
            found = _rule(text, token.start, tuple(imports))
            if isinstance(found, Broken):
                yield found
                following = _BEGINS.search(text, token.end)
                place = following.start() + 1 if following else len(text)
                if following and following.start() < token.end:
                    place = token.end
            else:
                yield found[0]
                place = found[1]


def _next(text: str, place: int) -> _Token:
    match = _TOKEN.match(text, place)
    assert match is not None
    return _Token(str(match.lastgroup), match[0], match.start(), match.end())


def _following(text: str, place: int) -> _Token | None:
    while place < len(text):
        token = _next(text, place)
        if token.kind not in ("comment", "space"):
            return token
        place = token.end
    return None


def _rule(text: str, start: int, imports: tuple[str, ...]) -> tuple[YaraRule, int] | Broken:
    """Read one rule from its first word on; return it and where it ends."""
    place, name, tags, private = start, "", [], False
    while (token := _following(text, place)) is not None:
        place = token.end
        if token.text == "{":
            break
        if token.text == "private":
            private = True
        elif token.kind == "word" and token.text not in ("rule", "global"):
            if name:
                tags.append(token.text)
            name = name or token.text
        elif token.text != ":" and token.text not in ("rule", "global"):
            token = None
            break
    if token is None or not name:
        return Broken(_line(text, start), "yara-end", NO_END, text[start : start + 300])
    meta: list[tuple[str, str]] = []
    section, depth, before = "", 1, "{"
    key = ""
    while depth:
        token = _following(text, place)
        if token is None:
            return Broken(_line(text, start), "yara-end", NO_END, text[start : start + 300])
        if token.end - start > LONGEST:
            return Broken(_line(text, start), "yara-long", TOO_LONG, text[start : start + 300])
        place = token.end
        if token.text == "/" and section != "meta":
            regex = _REGEX.match(text, token.start)
            place = regex.end() if regex is not None else place
        elif token.text == '"':
            return Broken(_line(text, start), "yara-end", NO_END, text[start : start + 300])
        elif token.text == "{":
            depth += 1
        elif token.text == "}":
            depth -= 1
        elif token.kind == "word" and depth == 1:
            ahead = _following(text, place)
            if (
                token.text in ("meta", "strings", "condition", "variables")
                and ahead is not None
                and ahead.text == ":"
            ):
                section = token.text
            elif section == "meta" and before != "=":
                key = token.text
            elif section == "meta":
                meta.append((key, token.text))
        elif section == "meta" and before in ("=", "-") and token.kind in ("text", "number"):
            meta.append((key, _unquoted(token.text)))
        before = token.text
    # a remark may stand anywhere within: the text is kept as it is
    body = text[start:place]
    found = YaraRule(_line(text, start), name, tuple(tags), tuple(meta), _used(imports, body), body, private)
    return found, place


def _used(imports: tuple[str, ...], body: str) -> tuple[str, ...]:
    return tuple(one for one in imports if re.search(rf"\b{re.escape(one)}\s*\.", body))


def _unquoted(written: str) -> str:
    if not written.startswith('"'):
        return written
    return _ESCAPED.sub(
        lambda found: chr(int(found[1], 16)) if found[1] else _CONTROL.get(found[2], found[2]), written[1:-1]
    )


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1

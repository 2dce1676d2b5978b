"""Take apart Sigma rules: YAML documents, each a rule; read with limits, so that no document grows when it is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
import yaml

from cordiale.platform.languages import _

LARGEST: Final = 16 << 20
LONGEST: Final = 256 << 10
"""Characters of one document."""
EVENTS: Final = 20_000
"""Scalars, lists and maps of one document."""
DEPTH: Final = 24

_DIVIDER = re.compile(r"^---(?:[ \t].*)?$\n?", re.MULTILINE)
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

DAMAGED: Final = _("This document is no YAML that can be read: {words}.")
ALIASES: Final = _(
    "This document refers to parts of itself (aliases): it could grow without end, and is not read."
)
TOO_DEEP: Final = _("This document is nested too deeply, or has too many parts.")
NO_RULE: Final = _("This document is no Sigma rule: it has no title, log source or detection.")


class Document(msgspec.Struct, frozen=True):
    """One document: its line in the file, its text, what it says, and what is wrong with it ("" for nothing)."""

    line: int
    text: str
    value: Mapping[str, Any]
    wrong: str = ""
    code: str = ""
    words: str = ""


def looks_like_sigma(head: str) -> bool:
    """Tell whether text begins as a Sigma rule does."""
    return bool(
        re.search(r"^title:\s*\S", head, re.MULTILINE)
        and re.search(r"^(?:logsource|detection):", head, re.MULTILINE)
    ) or bool(re.search(r"^title:\s*\S[\s\S]*^(?:id|status|level):\s*\S", head, re.MULTILINE))


def documents(text: str) -> Iterator[Document]:
    """Yield each document of a file; one that is no rule, or that cannot be read, says what is wrong with it."""
    place = 0
    for divider in [*_DIVIDER.finditer(text), None]:
        end = divider.start() if divider is not None else len(text)
        body = text[place:end]
        if any(line.strip() and not line.lstrip().startswith("#") for line in body.splitlines()):
            yield _document(body, text.count("\n", 0, place) + 1)
        place = divider.end() if divider is not None else end


def _document(body: str, line: int) -> Document:
    if len(body) > LONGEST:
        return Document(line, body[:500], {}, TOO_DEEP, "sigma-deep")
    try:
        reason = _bounded(body)
        if reason:
            return Document(line, body[:500], {}, reason, "sigma-bomb")
        value = yaml.load(body, Loader=_LOADER)  # noqa: S506  # a safe loader: it makes plain values only
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        said = str(getattr(error, "problem", "") or type(error).__name__)
        at = line + mark.line if mark is not None else line
        return Document(at, body[:500], {}, DAMAGED, "sigma-damaged", said[:200])
    if not isinstance(value, dict) or not isinstance(value.get("title"), str):
        return Document(line, body[:500], {}, NO_RULE, "sigma-rule")
    if not isinstance(value.get("logsource"), dict) or not isinstance(value.get("detection"), dict):
        return Document(line, body[:500], {}, NO_RULE, "sigma-rule")
    return Document(line, body, value)


def _bounded(body: str) -> str:
    """Return why a document is not built: counted over its events, which hold nothing of one another."""
    depth = 0
    for count, event in enumerate(yaml.parse(body, Loader=_LOADER)):
        if isinstance(event, yaml.AliasEvent):
            return ALIASES
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEPTH or count > EVENTS:
            return TOO_DEEP
    return ""

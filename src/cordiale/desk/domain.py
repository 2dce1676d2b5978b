"""A domain declares itself here; declaring imports nothing heavy."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cordiale.platform.errors import ConfigurationError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.answers.graph import Graph

ENTRY_POINTS = "cordiale.domains"

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_REFERENCE = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
REFERENCES = ("readers", "analyses", "actions", "writers", "pages", "forms", "jobs", "notices", "leads")


@dataclass(frozen=True, slots=True)
class Page:
    """What a domain's page shows: a template of its folder, what it names, and the markings of all that is on it.

    A page is a function `(desk, actor, lang, query) -> Page | File` (`query`: parameters of the address); it reaches objects
    through the desk's verbs alone. The template extends `layout` and fills the blocks `title` and `content`. `graph` is drawn
    by the face where the template includes `graph.html`, which starts from `values.id` and asks for more at `values.href`
    (`values.folded`: its list is folded up). `type_label(type)` and `chips_of(marking)` give a template what people read. `seen` is the id of the object
    that the page is about: who sees it and why is then given to the template as `who`, chips of partners.
    """

    template: Path
    values: Mapping[str, Any]
    markings: tuple[tuple[str, ...], ...] = ()
    graph: Graph | None = None
    seen: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """What a domain's page gives to be saved instead of shown: bytes under a name, and their media type."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form of a domain's page brings: the text of each field, and the files of each, which are gone afterwards.

    A form is a function `(desk, actor, lang, sent) -> str | Mapping` of the same name as the page that shows it, sent to that
    page's address followed by `/send`. It returns the address that the browser goes to; "" to show the page again with what
    was typed (a look before anything is done), or what is in its query besides; or raises: then `problem` is in it as well.
    """

    fields: Mapping[str, str]
    files: Mapping[str, tuple[Path, ...]]


@dataclass(frozen=True, slots=True)
class Domain:
    """What one field of work adds to a node.

    Every member of `readers`, `analyses`, `actions`, `writers`, `pages`, `forms`, `jobs`, `notices` and `leads` is a
    `"module:function"` string, imported when it is first used; a function of `jobs` goes on with a job of its name, one
    of `notices` (`(desk, versions) -> Iterable[Warned]`) says what is remarkable in what an import takes in, one of
    `leads` (`(actor, id, value) -> str`) the address of the page of the domain's own that an object has, "" for none. `types` are the STIX object
    types (extension definition ids included) the domain models; `messages` is the package that
    holds its catalogues. `title` is what people call it, the first of `pages` where it begins. Raises
    ConfigurationError when a member is not of its form.
    """

    name: str
    types: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    analyses: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    writers: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    messages: str | None = None
    title: str = ""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ConfigurationError(
                "domain-name",
                _("A domain's name is lower-case letters, digits and underscores, not {name}."),
                name=repr(self.name),
            )
        for kind in REFERENCES:
            for reference in getattr(self, kind):
                if not _REFERENCE.fullmatch(reference):
                    raise ConfigurationError(
                        "domain-reference",
                        _("Domain {name}, {kind}: write “module:function”, not {reference}."),
                        name=self.name,
                        kind=kind,
                        reference=repr(reference),
                    )


@cache
def domains() -> tuple[Domain, ...]:
    """Return every domain found among the entry points, sorted by name.

    An entry point of the group `cordiale.domains` names a `Domain` value. Raises
    ConfigurationError when one is something else or two share a name.
    """
    from importlib.metadata import entry_points

    found = []
    for point in entry_points(group=ENTRY_POINTS):
        value = point.load()
        if not isinstance(value, Domain):
            raise ConfigurationError(
                "domain-value",
                _("Entry point {name} of cordiale.domains gives {kind}: it must name a Domain."),
                name=point.name,
                kind=type(value).__name__,
            )
        found.append(value)
    return unique(found)


def unique(found: Iterable[Domain]) -> tuple[Domain, ...]:
    """Return domains sorted by name; raises ConfigurationError when two share one."""
    by_name: dict[str, Domain] = {}
    for domain in found:
        if by_name.setdefault(domain.name, domain) != domain:
            raise ConfigurationError(
                "domain-twice",
                _("Two packages declare a domain named {name}: remove one of them."),
                name=domain.name,
            )
    return tuple(by_name[name] for name in sorted(by_name))


def load(reference: str) -> Any:
    """Import and return what a `"module:function"` string names.

    Raises ConfigurationError when there is nothing of that name.
    """
    module, _colon, name = reference.partition(":")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(
            "domain-missing",
            _("{reference} cannot be loaded ({words}): correct the domain's declaration."),
            reference=reference,
            words=str(error),
        ) from error

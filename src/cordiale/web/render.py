"""Templates into pages, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, FunctionLoader, StrictUndefined

from cordiale.platform.languages import number, text
from cordiale.web.bundles import names
from cordiale.web.turning import unturned

FOLDER: Final = Path(__file__).parent


class _Pages(Environment):
    """An environment that looks into a mapping for its keys first: nearly all that a page shows stands in one."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


@cache
def environment() -> Environment:
    """Return the template environment: everything is escaped, nothing turns a line around, a missing name is an error."""
    made = _Pages(
        loader=ChoiceLoader([FileSystemLoader(FOLDER / "templates"), FunctionLoader(_of_a_domain)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=unturned,
    )
    made.filters["begun"] = _begun
    return made


def _begun(graph: dict[str, Any]) -> dict[str, Any]:
    """Return a graph as its page begins with it: what its connections join is named in the list below already."""
    named = ("startName", "endName")
    edges = [{name: value for name, value in edge.items() if name not in named} for edge in graph["edges"]]
    return {**graph, "edges": edges}


def _of_a_domain(name: str) -> str | None:
    """Return a template in the folder of a domain, which its page named by its whole path."""
    path = Path(name)
    return path.read_text("utf-8") if path.is_absolute() and path.suffix == ".html" else None


class _Again:
    """Call a macro once for the same things: a list has many lines under few markings, with few answers for partners."""

    def __init__(self) -> None:
        self._drawn: dict[tuple[str, tuple[Any, ...]], Any] = {}

    def __call__(self, macro: Any, things: Iterable[Any]) -> Any:
        key = macro.name, tuple(things)
        drawn = self._drawn.get(key)
        if drawn is None:
            drawn = self._drawn[key] = macro(things)
        return drawn


def page(template: str, lang: str, values: dict[str, Any]) -> str:
    """Render one page; `values` holds what the template names."""
    own: dict[str, Any] = {
        "lang": lang,
        "_": lambda message, **params: text(lang, message, **params),
        "number": lambda value: number(lang, value),
        "bundles": names(),
        "again": _Again(),
        "q": "",
        "listing": False,
        "layout": "frame.html",
    }
    return environment().get_template(template).render(own | values)

"""The pages' addresses, on Litestar: each page brings its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from litestar import Litestar
from litestar.static_files import create_static_files_router

from cordiale.desk.actor import Actor, house
from cordiale.web import object, objects, partners, preferences, release, today
from cordiale.web.context import Site
from cordiale.web.problem import problem
from cordiale.web.render import FOLDER

if TYPE_CHECKING:
    from cordiale.node.node import Node

PAGES: Final = (today, objects, object, release, partners, preferences)
"""Modules that have pages: each has `handlers(site)`."""


def site(node: Node, actor: Actor | None = None) -> Any:
    """Return the Litestar application of the pages; `actor` is who they act as."""
    reader = actor if actor is not None else house("web")
    built = Site(node, actor=lambda _request: reader)
    static = create_static_files_router(
        path="/static", directories=[FOLDER / "static"], cache_control=None, include_in_schema=False
    )
    return Litestar(
        route_handlers=[*(handler for page in PAGES for handler in page.handlers(built)), static],
        exception_handlers={Exception: problem(built)},
        openapi_config=None,
        logging_config=None,
        request_max_body_size=8192,
    )

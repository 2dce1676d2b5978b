"""The pages' addresses, on Litestar: each page brings its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from litestar import Litestar
from litestar.static_files import create_static_files_router

from cordiale.desk.actor import Actor
from cordiale.desk.domain import Domain, domains
from cordiale.web import (
    account,
    administration,
    bulk,
    bundles,
    columns,
    connecting,
    consents,
    enrolment,
    graph,
    imports,
    live,
    object,
    objects,
    palette,
    partner,
    partners,
    passkeys,
    people,
    playbooks,
    preferences,
    purge,
    recalls,
    release,
    release_log,
    release_text,
    requests,
    rules,
    searches,
    seen_as,
    signin,
    sso,
    today,
)
from cordiale.web import domains as of_domains
from cordiale.web.context import Site
from cordiale.web.gate import always, gate
from cordiale.web.problem import problem, refused
from cordiale.web.render import FOLDER
from cordiale.web.visit import csrf_of

if TYPE_CHECKING:
    from cordiale.node.node import Node

PAGES: Final = (
    bundles,
    today,
    objects,
    columns,
    bulk,
    searches,
    object,
    purge,
    graph,
    release,
    release_text,
    consents,
    recalls,
    release_log,
    partners,
    partner,
    connecting,
    requests,
    rules,
    imports,
    playbooks,
    administration,
    palette,
    live,
    preferences,
    seen_as,
    signin,
    enrolment,
    passkeys,
    sso,
    account,
    people,
)
"""Modules that have pages: each has `handlers(site)`, and `RAIL` where it stands in the rail."""


def site(
    node: Node, actor: Actor | None = None, *, among: tuple[Domain, ...] | None = None, of: int = 1
) -> Any:
    """Return the pages behind their gate; with an `actor` they act as that one, and nobody signs in (for tests).

    `among`: the domains whose pages are shown (default: all that are installed); `of`: how many processes answer pages.
    """
    made, built = pages(node, domains() if among is None else among, of)
    behind = cast("Any", made)
    return always(behind, actor) if actor is not None else gate(behind, node.desk, refused(built))


def pages(node: Node, among: tuple[Domain, ...] = (), of: int = 1) -> tuple[Litestar, Site]:
    """Return the pages on Litestar, without a gate, and what each of them is given."""
    entries = {page.RAIL for page in PAGES if hasattr(page, "RAIL")} | set(of_domains.rail(among))
    rail = sorted(entries, key=lambda entry: entry.place)
    built = Site(
        node,
        actor=seen_as.seeing(node.desk),
        csrf=csrf_of,
        rail=tuple(rail),
        seen_as=seen_as.said,
        of=of,
        among=among,
    )
    static = create_static_files_router(
        path="/static", directories=[FOLDER / "static"], cache_control=None, include_in_schema=False
    )
    made = Litestar(
        route_handlers=[
            *(handler for page in PAGES for handler in page.handlers(built)),
            *of_domains.handlers(built, among),
            static,
        ],
        exception_handlers={Exception: problem(built)},
        openapi_config=None,
        logging_config=None,
        request_max_body_size=8192,
    )
    return made, built

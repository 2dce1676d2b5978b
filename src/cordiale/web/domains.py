"""The pages of domains: each comes from the domain's own folder, and has its entry in the rail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from litestar import Request, Response, get

from cordiale.desk.actor import authorise
from cordiale.desk.display import display
from cordiale.desk.domain import Domain, load
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _
from cordiale.web.context import Asked, Entry, Site
from cordiale.web.marks import banner

FIRST = 50
"""Place of the first domain in the rail."""


def rail(found: Iterable[Domain]) -> list[Entry]:
    """Return the entry of each domain that has pages."""
    shown = [domain for domain in found if domain.pages]
    return [
        Entry(FIRST + n, f"/domains/{domain.name}", domain.title or domain.name.capitalize())
        for n, domain in enumerate(shown)
    ]


def handlers(site: Site, found: Iterable[Domain]) -> list[Any]:
    """Return the routes of domains' pages, none where no domain has any; access is `show`, and then the desk's."""
    pages = {
        (domain.name, reference.partition(":")[2]): reference
        for domain in found
        for reference in domain.pages
    }
    if not pages:
        return []
    first = {domain.name: domain.pages[0].partition(":")[2] for domain in found if domain.pages}

    @get("/domains/{domain:str}", sync_to_thread=True)
    def begun(request: Request[Any, Any, Any]) -> Response[str]:
        domain = str(request.path_params["domain"])
        return answered(request, domain, first.get(domain, ""))

    @get("/domains/{domain:str}/{part:str}", sync_to_thread=True)
    def shown(request: Request[Any, Any, Any]) -> Response[str]:
        return answered(request, str(request.path_params["domain"]), str(request.path_params["part"]))

    def answered(request: Asked, domain: str, part: str) -> Response[str]:
        reference = pages.get((domain, part))
        if reference is None:
            raise NotFound("no-page", _("There is nothing here that you may see."))
        actor, lang = site.actor(request), site.language(request)
        authorise(actor, "show")
        query = {name: str(value) for name, value in request.query_params.items()}
        page = load(reference)(site.desk, actor, lang, query)
        over = banner(page.markings, display(site.desk, actor, lang), lang)
        values = {**page.values, "banner": over}
        return site.page(request, str(page.template.resolve()), f"/domains/{domain}", values)

    return [begun, shown]

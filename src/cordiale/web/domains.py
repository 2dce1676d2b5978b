"""The pages of domains: each comes from the domain's own folder, and has its entry in the rail."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile

from cordiale.desk.actor import Actor, authorise
from cordiale.desk.domain import Domain, File, Sent, load
from cordiale.desk.files.attach import plain_name
from cordiale.desk.views.display import display
from cordiale.platform.errors import CordialeError, NotAllowed, NotFound, explain, http_status
from cordiale.platform.languages import _, text
from cordiale.web.connecting import download
from cordiale.web.context import Asked, Entry, Site
from cordiale.web.deeds import away
from cordiale.web.forms import keep
from cordiale.web.graph import drawn
from cordiale.web.labels import type_label
from cordiale.web.lines import href, who_sees
from cordiale.web.marks import banner, carried, chips

FILES: Final = 50
"""Most files of one form of a domain."""

LARGEST: Final = 24 << 20
"""Bytes that a form of a domain may have, with its files: more is for the command line."""

FIRST = 50
"""Place of the first domain in the rail."""


def rail(found: Iterable[Domain]) -> list[Entry]:
    """Return the entry of each domain that has pages."""
    shown = [domain for domain in found if domain.pages]
    return [
        Entry(FIRST + n, f"/domains/{domain.name}", domain.title or domain.name.capitalize(), verb="show")
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
    forms = {
        (domain.name, reference.partition(":")[2]): reference
        for domain in found
        for reference in domain.forms
    }
    first = {domain.name: domain.pages[0].partition(":")[2] for domain in found if domain.pages}

    @get("/domains/{domain:str}", sync_to_thread=True)
    def begun(request: Request[Any, Any, Any]) -> Response[Any]:
        domain = str(request.path_params["domain"])
        return answered(request, domain, first.get(domain, ""))

    @get("/domains/{domain:str}/{part:str}", sync_to_thread=True)
    def shown(request: Request[Any, Any, Any]) -> Response[Any]:
        return answered(request, str(request.path_params["domain"]), str(request.path_params["part"]))

    @post("/domains/{domain:str}/{part:str}/send", status_code=200, request_max_body_size=LARGEST)
    async def sent(request: Request[Any, Any, Any]) -> Response[Any]:
        named = str(request.path_params["domain"]), str(request.path_params["part"])
        if named not in forms:
            raise _absent()
        form = await request.form()
        given = form.multi_items()
        try:
            return await asyncio.to_thread(taken, request, *named, given)
        finally:
            for _name, value in given:
                if isinstance(value, UploadFile):
                    await value.close()

    def taken(request: Asked, domain: str, part: str, given: Iterable[tuple[str, Any]]) -> Response[Any]:
        actor, lang = site.actor(request), site.language(request)
        authorise(actor, "show")
        with tempfile.TemporaryDirectory(dir=site.desk.folder, prefix="form-") as folder:
            given = list(given)
            brought = _brought(given, Path(folder))
            keep(request, _typed(given))
            try:
                where = load(forms[domain, part])(site.desk, actor, lang, brought)
                if isinstance(where, str) and where:
                    return away(where)
                return answered(request, domain, part, {**brought.fields, **(where or {})})
            except (NotFound, NotAllowed):
                raise
            except CordialeError as error:
                query = {**brought.fields, "problem": explain(error, lang)}
                return answered(request, domain, part, query, http_status(error), error)

    def answered(
        request: Asked,
        domain: str,
        part: str,
        query: dict[str, str] | None = None,
        status: int = 200,
        refused: CordialeError | None = None,
    ) -> Response[Any]:
        reference = pages.get((domain, part))
        if reference is None:
            raise _absent()
        actor, lang = site.actor(request), site.language(request)
        authorise(actor, "show")
        asked = {name: str(value) for name, value in request.query_params.items()}
        page = load(reference)(site.desk, actor, lang, asked if query is None else query)
        if isinstance(page, File):
            return download(page.data, page.name, page.media_type)
        show = display(site.desk, actor, lang)
        words = {"type_label": partial(type_label, lang=lang), "chips_of": partial(chips, show=show)}
        values: dict[str, Any] = {**words, **page.values}
        if page.seen:
            values |= {"who": who_sees(site.desk, actor, lang, page.seen), "who_href": href(page.seen)}
        markings = list(page.markings)
        if page.graph is not None:
            rest = "\n".join({atom for marking in page.markings for atom in marking})
            values["graph"] = drawn(site.desk, actor, lang, page.graph, rest)
            markings.append(carried(values["graph"]["banner"]["atoms"]))
        values["banner"] = banner(markings, show, lang)
        here, template = f"/domains/{domain}", str(page.template.resolve())
        return site.page(request, template, here, values, status, refused=refused)

    return [begun, shown, sent]


def leads(
    found: Iterable[Domain], actor: Actor, stix_id: str, value: Mapping[str, Any], lang: str
) -> list[dict[str, str]]:
    """Return the pages that domains have of their own for an object, each with what leads there."""
    made = []
    for domain in found:
        for reference in domain.leads:
            address = load(reference)(actor, stix_id, value)
            if address:
                title = text(lang, domain.title or domain.name.capitalize())
                made.append({"href": address, "label": text(lang, _("See in {domain}"), domain=title)})
    return made


def _absent() -> NotFound:
    return NotFound("no-page", _("There is nothing here that you may see."))


def _typed(given: Iterable[tuple[str, Any]]) -> dict[str, list[str]]:
    """Return what was typed into a form, each field with all its values."""
    found: dict[str, list[str]] = {}
    for name, value in given:
        if not isinstance(value, UploadFile):
            found.setdefault(name, []).append(str(value).replace("\r\n", "\n"))
    return found


def _brought(given: Iterable[tuple[str, Any]], folder: Path) -> Sent:
    """Return what a form brings, its files written each into a folder of its own, under a name without a path."""
    fields: dict[str, str] = {}
    files: dict[str, list[Path]] = {}
    for number, (name, value) in enumerate(given):
        if not isinstance(value, UploadFile):
            fields[name] = str(value).replace("\r\n", "\n")
        elif value.filename and number < FILES:
            place = folder / str(number)
            place.mkdir(mode=0o700)
            path = place / plain_name(value.filename)
            with path.open("xb") as out:
                shutil.copyfileobj(value.file, out)
            files.setdefault(name, []).append(path)
    return Sent(fields, {name: tuple(paths) for name, paths in files.items()})

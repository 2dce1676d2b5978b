"""What a page says when something did not work."""

from __future__ import annotations

from collections.abc import Callable

from litestar import Response
from litestar.exceptions import HTTPException

from cordiale.platform.errors import CordialeError, NotFound, explain, http_status
from cordiale.platform.languages import _, text
from cordiale.platform.log import logger
from cordiale.web.context import Asked, Site
from cordiale.web.marks import unmarked

log = logger("web")


def problem(site: Site) -> Callable[[Asked, Exception], Response[str]]:
    """Return the handler of every error of the pages."""

    def answer(request: Asked, error: Exception) -> Response[str]:
        lang = site.language(request)
        status = error.status_code if isinstance(error, HTTPException) else http_status(error)
        if isinstance(error, NotFound) or status == 404:
            # absent and hidden are told in the same words
            heading, sentence = _("Not found"), text(lang, _("There is nothing here that you may see."))
            status = 404
        elif isinstance(error, CordialeError):
            heading, sentence = _("This did not work"), explain(error, lang)
        elif status < 500:
            heading, sentence = _("This request cannot be read"), text(lang, _("Nothing was changed."))
        else:
            log.error("a page failed", error=error, path=request.url.path)
            heading = _("Something went wrong here")
            sentence = text(lang, _("Nothing was changed. The node's log says more."))
        values = {"heading": text(lang, heading), "sentence": sentence, "banner": unmarked(lang)}
        return site.page(request, "problem.html", "", values, status)

    return answer

"""The rules of each partnership: written here, tried, and applied only as they were tried."""

from __future__ import annotations

import re
from typing import Any, Final

from litestar import Request, Response, get

from cordiale.desk import verbs
from cordiale.desk.actor import Actor
from cordiale.desk.answers import RulesDiff, TableView
from cordiale.desk.desk import Desk
from cordiale.desk.views.display import Show, display
from cordiale.desk.views.tables import warning_of
from cordiale.platform.errors import CordialeError, NotFound, explain
from cordiale.platform.languages import _, number, text
from cordiale.web.connecting import download
from cordiale.web.context import Site
from cordiale.web.deeds import Asked, Given, away, deed
from cordiale.web.lines import sentence, titles_of, when
from cordiale.web.marks import banner, chips, unmarked
from cordiale.web.partners import HERE

STATES: Final = {
    "signed": _("signed by both"),
    "unsigned": _("not signed by both"),
    "one-sided": _("signed by one side"),
    "changed": _("changed since signed"),
    "forged": _("a signature is false"),
}
AROUND: Final = 2
"""Lines shown before and after the one that is wrong."""

FILE: Final = "rules.toml"
_LINE: Final = re.compile(r"line (\d+)")


def handlers(site: Site) -> list[Any]:
    """Return the routes of the rules."""
    desk = site.desk

    @get("/partners/rules", sync_to_thread=True)
    def shown(request: Request[Any, Any, Any]) -> Response[str]:
        actor, lang = site.actor(request), site.language(request)
        found = verbs.rules_texts(desk, actor)
        example = bool(request.query_params.get("example"))
        written = verbs.rules_example(desk, actor) if example else ""
        values = editor(desk, actor, lang, written) | {"listed": listed(found, lang)}
        return site.page(request, "rules.html", HERE, values)

    @get("/partners/rules/{partnership:str}", sync_to_thread=True)
    def one(request: Request[Any, Any, Any]) -> Response[str]:
        actor, lang = site.actor(request), site.language(request)
        found = verbs.rules_texts(desk, actor)
        name = str(request.path_params["partnership"])
        for rules in found:
            if rules.partnership == name:
                values = editor(desk, actor, lang, rules.text) | {"listed": listed(found, lang, name)}
                return site.page(request, "rules.html", HERE, values)
        raise NotFound("no-rules", _("There is nothing here that you may see."))

    def again(
        request: Asked, written: str, found: RulesDiff | None, problem: CordialeError | None
    ) -> Response[Any]:
        actor, lang = site.actor(request), site.language(request)
        values = editor(desk, actor, lang, written, problem)
        show = display(desk, actor, lang)
        if found is not None:
            values["diff"] = changes(found, lang, titles_of(desk, actor), show)
            values["banner"] = banner((one.marking for one in found.changes), show, lang)
        values["listed"] = listed(verbs.rules_texts(desk, actor), lang, found.partnership if found else "")
        return site.page(request, "rules.html", HERE, values, 422 if problem else 200)

    def diff(request: Asked, given: Given) -> Response[Any]:
        written = given.whole("text")
        try:
            found = verbs.rules_diff(desk, site.actor(request), written, FILE)
        except CordialeError as error:
            return again(request, written, None, error)
        return again(request, written, found, None)

    def apply(request: Asked, given: Given) -> Response[Any]:
        written = given.whole("text")
        try:
            done = verbs.rules_apply(desk, site.actor(request), written, FILE, given.one("token"))
        except CordialeError as error:
            return again(request, written, None, error)
        return away(f"/partners/rules/{done.partnership}", said="applied")

    def sign(request: Asked, given: Given) -> Response[Any]:
        nation, written = given.one("nation", 40), given.whole("text")
        try:
            data = verbs.rules_sign(desk, site.actor(request), written, FILE, nation)
        except CordialeError as error:
            return again(request, written, None, error)
        return download(data, f"{desk.home.nation}-{nation}.table.json")

    def accept(request: Asked, given: Given) -> Response[Any]:
        written = given.whole("text")
        try:
            verbs.rules_accept(
                desk, site.actor(request), written, FILE, given.whole("statement").strip().encode()
            )
        except CordialeError as error:
            return again(request, written, None, error)
        return again(request, written, None, None)

    return [
        shown,
        one,
        deed("/partners/rules-try", diff),
        deed("/partners/rules-apply", apply),
        deed("/partners/rules-sign", sign),
        deed("/partners/rules-accept", accept),
    ]


def listed(found: list[Any], lang: str, here: str = "") -> list[dict[str, Any]]:
    """Return the partnerships whose rules are in force."""
    return [
        {
            "href": f"/partners/rules/{one.partnership}",
            "label": one.partnership,
            "here": one.partnership == here,
            "count": "",
            "by": one.by,
            "at": when(one.at, lang),
            "version": one.version[:12],
        }
        for one in found
    ]


def editor(
    desk: Desk, actor: Actor, lang: str, written: str, problem: CordialeError | None = None
) -> dict[str, Any]:
    """Return the editor with a text, and where it is wrong."""
    tables: list[dict[str, Any]] = []
    if written and problem is None:
        try:
            tables = [
                _table(one, lang, desk.home.nation) for one in verbs.rules_tables(desk, actor, written, FILE)
            ]
        except CordialeError as error:
            problem = error
    said = explain(problem, lang) if problem else ""
    line = _line(problem)
    return {
        "text": written,
        "rows": min(max(written.count("\n") + 2, 16), 40),
        "problem": said,
        "excerpt": _excerpt(written, line) if line else [],
        "diff": None,
        "tables": tables,
        "said": "",
        "banner": unmarked(lang),
    }


def _line(problem: CordialeError | None) -> int:
    if problem is None:
        return 0
    line = problem.params.get("line")
    if line is None:
        found = _LINE.search(str(problem.params.get("error", "")))
        line = found[1] if found else 0
    # an empty text has no line that could be named
    return int(line) if str(line).isdecimal() else 0


def _excerpt(written: str, line: int) -> list[dict[str, Any]]:
    lines = written.split("\n")
    first = max(line - AROUND, 1)
    return [
        {"n": n, "text": lines[n - 1], "wrong": n == line}
        for n in range(first, min(line + AROUND, len(lines)) + 1)
    ]


def _table(one: TableView, lang: str, own: str) -> dict[str, Any]:
    warned = warning_of(one)
    return {
        "between": " – ".join(one.between),
        "rows": one.rows,
        "state": text(lang, STATES[one.state]),
        "good": one.state == "signed",
        "signed_by": ", ".join(one.signed_by),
        "warning": sentence(warned, lang) if warned else "",
        "sha256": one.sha256[:16],
        "sign": next((n for n in one.between if n != own), "")
        if own in one.between and own not in one.signed_by
        else "",
    }


def changes(found: RulesDiff, lang: str, titles: dict[str, str], show: Show) -> dict[str, Any]:
    """Return what new rules would change, partner by partner and marking by marking."""

    def named(names: tuple[str, ...]) -> str:
        return ", ".join(titles.get(one, one) for one in names)

    return {
        "token": found.token,
        "partnership": found.partnership,
        "before": (found.version_before or "–")[:12],
        "after": found.version_after[:12],
        "same": not found.changes and all(p.before == p.after for p in found.partners),
        "partners": [
            {
                "title": titles.get(one.partner, one.partner),
                "before": number(lang, one.before),
                "after": number(lang, one.after),
                "widened": one.widened,
                "narrowed": one.narrowed,
                "waits": one.waits,
                "recalls": one.recalls,
            }
            for one in found.partners
        ],
        "changes": [
            {
                "chips": chips(one.marking, show),
                "count": one.count,
                "mandates": ", ".join(one.mandates),
                "starts": named(one.starts),
                "stops": named(one.stops),
            }
            for one in found.changes
        ],
    }

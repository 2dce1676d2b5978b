"""My account: what I am here, what I sign in with, where I am signed in, tokens of programs that act for me."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from litestar import Request, Response, get, post

from cordiale.accounts import totp
from cordiale.desk.act_words import verb_word
from cordiale.desk.actor import VERBS, Actor, may
from cordiale.desk.desk import Desk
from cordiale.desk.person import credentials, passkeys, person_tokens, sessions, sso
from cordiale.desk.person.person_tokens import NEVER
from cordiale.platform.errors import CordialeError, InputError, NotAllowed, explain
from cordiale.platform.languages import _, text
from cordiale.web.context import Site
from cordiale.web.forms import fields, lists
from cordiale.web.lines import when
from cordiale.web.marks import unmarked
from cordiale.web.passkeys import by_name, to_make
from cordiale.web.preferences import local
from cordiale.web.signin import away, door, in_thread, welcome
from cordiale.web.visit import Visit, actor_of, visit_of

if TYPE_CHECKING:
    from cordiale.desk.person.person_tokens import MadeToken

Asked = Request[Any, Any, Any]

HERE: Final = "/account"

ROLES: Final = {
    "analyst": _("analyst"),
    "officer": _("release officer"),
    "operations": _("operations desk"),
    "liaison": _("liaison"),
    "operator": _("node operator"),
}
MEANS: Final = {
    "password": _("password"),
    "password+code": _("password and code"),
    "password+passkey": _("password and passkey"),
    "passkey": _("passkey"),
    "link": _("link of the demonstration"),
    "provider": _("single sign-on"),
}
DAYS: Final = (7, 30, 90, 366)

NOTHING = _("Choose at least one thing that it may do.")
DIFFER = _("The two passwords differ. Nothing was changed.")


def handlers(site: Site) -> list[Any]:
    """Return the routes of one's own account."""
    desk = site.desk

    def page(
        request: Asked, error: CordialeError | None = None, made: MadeToken | None = None
    ) -> Response[str]:
        lang = site.language(request)
        values = account(desk, visit_of(request), actor_of(request), lang)
        said = "" if error is None else explain(error, lang)
        status = 200 if error is None else 403 if isinstance(error, NotAllowed) else 422
        token = made.token if made is not None else ""
        again = error is not None and error.code == "sign-in-again"
        values |= {"said": said, "token": token, "again": again}
        return site.page(request, "account.html", HERE, values, status, refused=error)

    async def tried(request: Asked, act: Callable[[], Any]) -> Response[str] | None:
        """Do something; answer with the page where it did not work."""
        try:
            await in_thread(act)
        except CordialeError as error:
            return page(request, error)
        return None

    @get(HERE)
    async def shown(request: Asked) -> Response[str]:
        return await in_thread(page, request)  # type: ignore[no-any-return]

    @get("/account/secure")
    async def secure(request: Asked) -> Response[Any]:
        return await in_thread(_secure, site, request, None)  # type: ignore[no-any-return]

    @post("/account/secure/codes")
    async def codes(request: Asked) -> Response[Any]:
        given, visit = await fields(request), visit_of(request)
        if visit.visitor is None:
            return away("/sign-in")
        try:
            entered = await in_thread(
                credentials.codes_set, desk, visit.visitor, given.get("code", "")[:20], visit.origin
            )
        except NotAllowed as error:
            return await in_thread(_secure, site, request, error)  # type: ignore[no-any-return]
        back = local(given.get("next", "/"))
        return welcome(site, request, entered, HERE if visit.actor is not None else back)

    @post("/account/password")
    async def password(request: Asked) -> Response[Any]:
        given, visit = await fields(request), visit_of(request)
        assert visit.visitor is not None
        try:
            if given.get("password") != given.get("again"):
                raise InputError("password.differ", DIFFER).at("again")
            entered = await in_thread(
                credentials.password_change,
                desk,
                visit.visitor,
                given.get("before", ""),
                given.get("password", ""),
                visit.origin,
            )
        except (InputError, NotAllowed) as error:
            return await in_thread(page, request, error)  # type: ignore[no-any-return]
        return welcome(site, request, entered, HERE)

    @post("/account/session/end")
    async def session_end(request: Asked) -> Response[Any]:
        given, actor = await fields(request), actor_of(request)
        wrong = await tried(request, lambda: sessions.session_end(desk, actor, given.get("id", "")))
        return wrong or away(HERE)

    @post("/account/token")
    async def token_add(request: Asked) -> Response[Any]:
        given, actor, visitor = await lists(request), actor_of(request), visit_of(request).visitor
        try:
            if visitor is not None:
                sessions.lately(desk, visitor.session)
            if not given.get("scope"):
                raise InputError("token.nothing", NOTHING).at("scope")
            made = await in_thread(
                person_tokens.token_add,
                desk,
                actor,
                given.get("name", [""])[0],
                scopes=given.get("scope", []),
                days=_number(given.get("days", [""])[0]),
            )
        except CordialeError as error:
            return await in_thread(page, request, error)  # type: ignore[no-any-return]
        return await in_thread(page, request, None, made)  # type: ignore[no-any-return]

    @post("/account/token/revoke")
    async def token_revoke(request: Asked) -> Response[Any]:
        given, actor = await fields(request), actor_of(request)
        wrong = await tried(
            request, lambda: person_tokens.token_revoke(desk, actor, given.get("id", "")[:60])
        )
        return wrong or away(HERE)

    return [shown, secure, codes, password, session_end, token_add, token_revoke]


def account(desk: Desk, visit: Visit, actor: Actor, lang: str) -> dict[str, Any]:
    """Return what somebody sees of their own account."""
    this = visit.visitor.session.digest if visit.visitor is not None else b""
    who = actor.recipient
    rights = (
        [f"TLP:{who.tlp.upper()}", *who.clearances, *sorted(who.compartments), *sorted(who.communities)]
        if who is not None
        else []
    )
    own = bool(actor.person)
    return {
        "banner": unmarked(lang),
        "account_name": actor.name,
        "roles": [text(lang, ROLES.get(role, role)) for role in sorted(actor.roles)],
        "belongs": ", ".join(filter(None, (who.organisation, who.nation))) if who is not None else "",
        "rights": rights,
        "means": credentials.means(desk, actor),
        "passkeys": [
            {
                "id": one.id,
                "name": one.name,
                "site": one.site,
                "made": when(one.made, lang),
                "used": when(one.used, lang),
            }
            for one in (passkeys.passkey_list(desk, actor) if own else [])
        ],
        "sessions": [
            {
                "id": one.id,
                "means": text(lang, MEANS.get(one.means, one.means)),
                "address": one.address,
                "agent": agent(one.agent),
                "made": when(one.made, lang),
                "this": one.this,
            }
            for one in (sessions.session_list(desk, actor, this=this) if own else [])
        ],
        "tokens": [
            {
                "id": one.id,
                "name": one.name,
                "scopes": [verb_word(verb, lang) for verb in one.scopes],
                "until": when(one.until, lang),
                "ended": one.ended,
            }
            for one in (person_tokens.token_list(desk, actor) if own else [])
        ],
        "verbs": sorted(
            ((verb, verb_word(verb, lang)) for verb in VERBS.keys() - NEVER if may(actor, verb)),
            key=lambda one: one[1],
        ),
        "days": DAYS,
        "providers": sso.providers(desk),
        "own": own,
    }


def agent(written: str) -> str:
    """Return a browser's own words about itself in two: its family and its system."""
    families = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    systems = ("Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux")
    family = next((name for sign, name in families if sign in written), written.partition(" ")[0][:40])
    system = next((name for name in systems if name in written), "")
    return ", ".join(filter(None, (family, system)))


def _secure(site: Site, request: Asked, error: CordialeError | None) -> Response[Any]:
    visit = visit_of(request)
    if visit.visitor is None or visit.visitor.session.stage == "second":
        return away("/sign-in")
    person, node = visit.visitor.person, site.node.settings.node
    secret = credentials.codes_secret(site.desk, visit.visitor)
    address = totp.address(secret, person.name, node.title or node.name)
    values = {
        "person_name": person.name,
        "next": local(str(request.query_params.get("next") or "/")),
        "secret": totp.written(secret),
        "picture": picture(address),
        "make": to_make(site, request, person),
        "by_name": by_name(site, request),
        "full": visit.actor is not None,
    }
    return door(site, request, "secure.html", values, error)


def picture(address: str) -> str:
    """Return an address as a QR code: SVG of one path, without style, as the policy asks; no text of it is in there."""
    import segno

    drawn: str = segno.make(address, micro=False, error="m").svg_inline(
        scale=5, border=3, dark="#000", light="#fff"
    )
    return drawn


def _number(written: str) -> int:
    return int(written) if written.isascii() and written.isdigit() and len(written) < 6 else 0

"""Sign in by a provider of single sign-on: OpenID Connect Core 1.0, authorization code with PKCE (RFC 7636), state and nonce.

Whom a provider means is told by its own address and its name for the person (`iss` and `sub`), never by e-mail: an address is
given to somebody else one day, and some providers let people write any.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import cache
from ssl import SSLContext, create_default_context
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import msgspec

from cordiale.platform.clock import SECOND, Instant
from cordiale.platform.errors import ConfigurationError, NotAllowed, Unavailable
from cordiale.platform.ids import Randomness
from cordiale.platform.languages import _

ALGORITHMS: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
    "EdDSA",
)
"""Signatures that are taken: `none` is not among them, nor any by a shared secret."""

LEEWAY: Final = 60
"""Seconds by which a provider's clock may differ."""

LARGEST: Final = 1 << 20
TIMEOUT: Final = 10.0
LONGEST: Final = 255
"""Most characters of a name that a provider has for a person (OpenID Connect Core §2)."""

NO_EXTRA = _("Single sign-on needs the extra sso: install cordiale[sso], or remove [sso.{name}].")
NOT_SAFE = _("The provider {name} would be asked in the clear at {url}: its address has to begin with https.")
NOT_ITSELF = _("What answers at {url} says that it is {said}: write its issuer exactly as it names itself.")
NO_ANSWER = _(
    "The provider {name} does not answer as it should: {reason}. Sign in another way, or try again later."
)
REFUSED = _("{name} did not let you in: {reason}")
WRONG = _("What {name} said about you cannot be believed, or came too late: try again.")


class Provider(msgspec.Struct, frozen=True):
    """One provider, as the settings name it; `secret` is "" for a public client."""

    name: str
    title: str
    issuer: str
    client: str
    secret: str = ""


class Endpoints(
    msgspec.Struct, frozen=True, rename={"authorization": "authorization_endpoint", "token": "token_endpoint"}
):
    """Where a provider is asked for what."""

    issuer: str
    authorization: str
    token: str
    jwks_uri: str


class Begun(msgspec.Struct, frozen=True):
    """What has to come back (state), what has to stand in what is signed (nonce), and what only we know (verifier)."""

    state: str
    nonce: str
    verifier: str


Fetch = Callable[[str, dict[str, str] | None, tuple[str, str] | None], bytes]
"""Ask an address, by POST where there is a form, with a name and password where there are; returns the body."""


def fetch(url: str, form: dict[str, str] | None, login: tuple[str, str] | None) -> bytes:
    """Ask a provider; follows no redirect, so that a secret goes nowhere else. Raises OSError for whatever went wrong."""
    import httpx

    with httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False, verify=_trusted()) as client:
        try:
            method = "GET" if form is None else "POST"
            with client.stream(
                method, url, data=form, auth=login, headers={"accept": "application/json"}
            ) as answer:
                body = b""
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > LARGEST:
                        raise OSError("too long")
                if answer.status_code != 200:
                    raise OSError(f"status {answer.status_code}")
                return body
        except httpx.HTTPError as error:
            raise OSError(type(error).__name__) from error


@cache
def _trusted() -> SSLContext:
    """Return the authorities that this machine trusts: an organisation's own are among them."""
    return create_default_context()


def discover(provider: Provider, ask: Fetch = fetch) -> Endpoints:
    """Return where a provider is asked for what, by its own words (OpenID Connect Discovery 1.0).

    Raises ConfigurationError for one that calls itself something else or is not asked by TLS, Unavailable.
    """
    _safe(provider, provider.issuer)
    url = provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
    found: Endpoints = _read(provider, lambda: ask(url, None, None), Endpoints)
    if found.issuer != provider.issuer:
        raise ConfigurationError("sso.issuer", NOT_ITSELF, url=url, said=found.issuer[:LONGEST])
    for place in (found.authorization, found.token, found.jwks_uri):
        _safe(provider, place)
    return found


def begin(random: Randomness) -> Begun:
    """Draw what one attempt to sign in is known by."""
    return Begun(*(base64.urlsafe_b64encode(random(32)).decode().rstrip("=") for _part in range(3)))


def address(provider: Provider, at: Endpoints, begun: Begun, redirect: str) -> str:
    """Return where a browser goes to sign in at a provider."""
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    asked = {
        "response_type": "code",
        "scope": "openid",
        "client_id": provider.client,
        "redirect_uri": redirect,
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": create_s256_code_challenge(begun.verifier),
        "code_challenge_method": "S256",
    }
    return f"{at.authorization}{'&' if '?' in at.authorization else '?'}{urlencode(asked)}"


def finish(
    provider: Provider,
    at: Endpoints,
    begun: Begun,
    code: str,
    redirect: str,
    now: Instant,
    ask: Fetch = fetch,
) -> str:
    """Return the provider's name for who signed in there: the code is turned into what the provider signed, and that is checked.

    Raises NotAllowed for what cannot be believed, Unavailable when the provider does not answer.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect,
        "code_verifier": begun.verifier,
        "client_id": provider.client,
    }
    login = (provider.client, provider.secret) if provider.secret else None
    said = _read(provider, lambda: ask(at.token, form, login), dict[str, Any])
    keys = _read(provider, lambda: ask(at.jwks_uri, None, None), dict[str, Any])
    return believed(provider, str(said.get("id_token", "")), keys, begun.nonce, now)


def believed(provider: Provider, signed: str, keys: dict[str, Any], nonce: str, now: Instant) -> str:
    """Return the subject of a signed statement (ID token); raises NotAllowed for one that must not be believed."""
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    try:
        token = jwt.decode(signed, KeySet.import_key_set(keys), algorithms=list(ALGORITHMS))  # type: ignore[arg-type]
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": provider.client},
                "nonce": {"essential": True, "value": nonce},
            },
            params={"nonce": nonce, "client_id": provider.client},
        )
        claims.validate(now=now // SECOND, leeway=LEEWAY)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise NotAllowed("sso.wrong", WRONG, name=provider.title or provider.name) from error
    subject = token.claims.get("sub")
    if not isinstance(subject, str) or not subject or len(subject) > LONGEST or not subject.isprintable():
        raise NotAllowed("sso.wrong", WRONG, name=provider.title or provider.name)
    return subject


def _read(provider: Provider, ask: Callable[[], bytes], kind: Any) -> Any:
    name = provider.title or provider.name
    try:
        return msgspec.json.decode(ask(), type=kind)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unavailable(
            "sso.answer", NO_ANSWER, name=name, reason=str(error)[:100] or type(error).__name__
        ) from error


def _safe(provider: Provider, url: str) -> None:
    parts = urlsplit(url)
    here = parts.hostname in ("127.0.0.1", "::1", "localhost")
    if parts.scheme != "https" and not (parts.scheme == "http" and here):
        raise ConfigurationError("sso.clear", NOT_SAFE, name=provider.name, url=url[:LONGEST])

"""One request: who asks, in which language, and how it is answered."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import msgspec
from litestar import Request, Response
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, Parameter

from cordiale.desk import once
from cordiale.platform.errors import CordialeError, http_status
from cordiale.rest.cursor import LONGEST, seal, unknown, unseal
from cordiale.rest.problem import MEDIA, headers_of, problem_of
from cordiale.rest.told import told
from cordiale.sdk.wire import Problem, Told

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

T = TypeVar("T", bound=Told)
V = TypeVar("V")

Asked = Request[Any, Any, Any]

JSON: Final = "application/json"
SCOPE: Final = "cordiale"
"""Under which name the asking stands in a request's scope."""

After = Annotated[
    str | None,
    Parameter(
        pattern=r"^[A-Za-z0-9_-]+$",
        min_length=22,
        max_length=LONGEST,
        description="`next` of the page before.",
    ),
]
Key = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        pattern=r"^[!-~]+$",
        min_length=1,
        max_length=200,
        required=False,
        description="The same key with the same request is done once, and answered alike for a day.",
    ),
]


def limit_of(most: int) -> Any:
    """Return the parameter that says how many items a page has."""
    return Parameter(ge=1, le=most, description="Most items of the page.")


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks which desk, and in which language the answer is."""

    desk: Desk
    actor: Actor
    lang: str

    def tell(self, answer: Any, kind: type[T], **given: Any) -> T:
        """Return an answer of the desk as it goes over the wire, to this reader."""
        return told(answer, kind, self.lang, **given)

    def seal(self, of: str, position: str | int | None) -> str | None:
        """Write where to go on in a list; None at its end."""
        return None if position is None else seal(self.desk, self.actor, of, str(position))

    def unseal(self, of: str, after: str | None) -> str | None:
        """Read where to go on in a list."""
        return unseal(self.desk, self.actor, of, after)

    def page(
        self, of: str, items: Sequence[V], id_of: Callable[[V], str | int], after: str | None, limit: int
    ) -> tuple[Sequence[V], str | None]:
        """Cut a page out of a list that the desk gives as a whole; return it and where to go on.

        Raises InputError when the last item of the page before is gone.
        """
        last = self.unseal(of, after)
        start = 0
        if last is not None:
            places = [n + 1 for n, one in enumerate(items) if str(id_of(one)) == last]
            if not places:
                raise unknown()
            start = places[0]
        found = items[start : start + limit]
        more = start + limit < len(items)
        return found, self.seal(of, id_of(found[-1])) if more else None


def asking(request: Asked) -> Asking:
    """Return who asks; the door put it there before anything else was looked at."""
    found: Asking = dict(request.scope)[SCOPE]  # type: ignore[assignment]
    return found


def options(request: Asked) -> Response[None]:
    """Say what is done to an address that is read and acted on: the framework forgets all but the first of two handlers."""
    return Response(
        None, status_code=204, headers=common(asking(request).lang) | {"allow": "GET, OPTIONS, POST"}
    )


def answer(request: Asked, value: T) -> Response[T]:
    """Answer with a value."""
    return whole(request, msgspec.json.encode(value), JSON)


def whole(request: Asked, body: bytes, media: str, **headers: str) -> Response[Any]:
    """Answer a GET with these bytes, or with 304 where the reader has them.

    The ETag is a digest of the bytes alone, which are what this reader may see.
    """
    etag = etag_of(sha256(body).digest())
    named = {**common(asking(request).lang), **headers, "etag": etag}
    if has(request.headers.get("if-none-match", ""), etag):
        return Response(None, status_code=304, headers=named, media_type=media)
    return Response(body, headers=named, media_type=media)


def etag_of(digest: bytes) -> str:
    """Return the ETag of bytes with this SHA-256."""
    return f'"{base64.urlsafe_b64encode(digest[:18]).decode()}"'


def has(header: str, etag: str) -> bool:
    """Tell whether an If-None-Match header names an ETag; compared weakly (RFC 9110 §13.1.2)."""
    return header.strip() == "*" or etag in re.findall(r'"[^"]*"', header[:8000])


def common(lang: str) -> dict[str, str]:
    """Return the headers of every answer."""
    return {
        "cache-control": "private, no-store",
        "content-language": lang,
        "vary": "authorization, accept-language",
    }


class _Kept(msgspec.Struct, array_like=True):
    status: int
    media: str
    headers: dict[str, str]
    body: bytes


def act(
    request: Asked,
    key: str | None,
    data: Any,
    do: Callable[[Asking], T],
    *,
    status: int = 200,
    location: Callable[[T], str] | None = None,
) -> Response[T]:
    """Do what a POST asks and answer with what it returns."""

    def done(asked: Asking) -> Response[Any]:
        value = do(asked)
        headers = common(asked.lang) | ({"location": location(value)} if location else {})
        return Response(msgspec.json.encode(value), status_code=status, headers=headers, media_type=JSON)

    return repeatable(request, key, data, done)


def repeatable(
    request: Asked, key: str | None, data: Any, do: Callable[[Asking], Response[Any]]
) -> Response[Any]:
    """Do what a POST asks; with a key, once, whatever becomes of the connection or of this process.

    What was refused is answered alike as well; what failed here (500 and above) may be asked anew.
    """
    asked = asking(request)
    if key is None:
        return do(asked)
    said = msgspec.json.encode([request.url.path, request.url.query, data])
    known = once.begin(asked.desk, asked.actor, key, sha256(said).digest())
    if known is not None:
        kept = msgspec.json.decode(known, type=_Kept)
        return Response(kept.body, status_code=kept.status, headers=kept.headers, media_type=kept.media)
    try:
        made = do(asked)
    except CordialeError as error:
        if http_status(error) >= 500:
            once.forget(asked.desk, asked.actor, key)
            raise
        status, body = problem_of(error, asked.lang)
        made = Response(body, status_code=status, headers=headers_of(status, asked.lang), media_type=MEDIA)
    except BaseException:
        once.forget(asked.desk, asked.actor, key)
        raise
    headers = {name: str(value) for name, value in made.headers.items()}
    kept = _Kept(made.status_code or 200, str(made.media_type), headers, made.content)
    once.keep(asked.desk, asked.actor, key, msgspec.json.encode(kept), (said, made.content))
    return made


_MEANING: Final = {
    400: "The request cannot be read: what is wrong, and where.",
    401: "No token of this node was sent.",
    403: "The token or the role of who asks is not for this.",
    404: "There is no such thing, or not for this reader: the two are never told apart.",
    409: "It changed, or is under way, since who asks looked.",
    413: "The body is larger than is taken.",
    422: "The request is understood and cannot be taken: why.",
    429: "Too many requests: Retry-After says how long to wait.",
    503: "Somebody that is needed does not answer now.",
    507: "The disk is full; nothing is half written.",
}


def refusals(*statuses: int) -> dict[int, ResponseSpec]:
    """Return the refusals of a route for the schema, beside those that every route has."""
    every = {400, 401, 403, 422, 429, *statuses}
    return {
        status: ResponseSpec(Problem, generate_examples=False, description=_MEANING[status], media_type=MEDIA)
        for status in sorted(every)
    }

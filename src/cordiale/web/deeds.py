"""What a form asks for is done by a desk verb in a thread, and the browser is then led to a page that shows it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, post
from litestar.datastructures import UploadFile
from litestar.response import Redirect

from cordiale.desk.outgoing.release import instant_of
from cordiale.platform.clock import Instant
from cordiale.platform.errors import InputError
from cordiale.platform.languages import ntext
from cordiale.web.forms import LARGEST, keep, lists

Asked = Request[Any, Any, Any]

LONGEST: Final = 2000
"""Most characters of a line that somebody types into a form."""


class Given(msgspec.Struct, frozen=True):
    """The fields of a form, each with all its values."""

    fields: Mapping[str, list[str]]

    def one(self, name: str, most: int = LONGEST) -> str:
        """Return a field without the spaces around it, "" where it is not there."""
        return self.fields.get(name, [""])[-1].strip()[:most]

    def whole(self, name: str) -> str:
        """Return a text as it was typed, with the line ends of this system."""
        return self.fields.get(name, [""])[-1].replace("\r\n", "\n")

    def all(self, name: str) -> list[str]:
        """Return all values of a field, each once."""
        return [one for one in dict.fromkeys(self.fields.get(name, [])) if one]

    def instant(self, name: str) -> str | None:
        """Return a date and time as the desk takes it (UTC), None where none was chosen."""
        chosen = self.one(name, 40)
        if not chosen:
            return None
        if len(chosen) == len("2027-01-31"):
            return f"{chosen}T00:00:00Z"
        return chosen if chosen.endswith("Z") else f"{chosen}:00Z" if len(chosen) == 16 else f"{chosen}Z"

    def moment(self, name: str) -> Instant | None:
        """Return what was chosen as an instant; raises InputError about the field for what is none."""
        try:
            return instant_of(self.instant(name))
        except InputError as error:
            raise error.at(name) from None


def deed(path: str, work: Callable[[Asked, Given], Response[Any]]) -> Any:
    """Return the route of a form; `work` does what it asks for and says where the browser goes."""

    @post(path, status_code=200, request_max_body_size=LARGEST)
    async def done(request: Asked) -> Response[Any]:
        given = Given(await lists(request))
        return await asyncio.to_thread(work, request, given)

    return done


def deed_with_files(
    path: str, work: Callable[[Asked, Given, list[UploadFile]], Response[Any]], most: int
) -> Any:
    """Return the route of a form with files, of `most` bytes together; they lie in temporary files, not in memory."""

    @post(path, status_code=200, request_max_body_size=most)
    async def done(request: Asked) -> Response[Any]:
        form = await request.form()
        fields: dict[str, list[str]] = {}
        files: list[UploadFile] = []
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files.append(value)
            else:
                fields.setdefault(name, []).append(str(value))
        try:
            return await asyncio.to_thread(work, request, Given(keep(request, fields)), files)
        finally:
            for file in files:
                await file.close()

    return done


def away(address: str, **query: Any) -> Response[Any]:
    """Send the browser to a page of ours; `said` in the query names what it is told there."""
    chosen = {name: value for name, value in query.items() if value not in (None, "")}
    joined = "&" if "?" in address else "?"
    return Redirect(address + (f"{joined}{urlencode(chosen, doseq=True)}" if chosen else ""), status_code=303)


def said(request: Asked, lang: str, sentences: Mapping[str, tuple[str, str]]) -> str:
    """Return what the page says of what was just done: one of its own sentences, with a count and nothing else."""
    pair = sentences.get(str(request.query_params.get("said") or ""))
    written = str(request.query_params.get("n") or "1")
    if pair is None:
        return ""
    return ntext(
        lang, *pair, int(written) if written.isascii() and written.isdigit() and len(written) < 9 else 1
    )

"""What a form was not taken for, said beside the field it is about; what was typed stands in the form again.

One mechanism for every form: a page that is drawn again after an error is read, the form that was sent is found in it, and
what was wrong is woven in. Nothing of that costs a page anything that is drawn without an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from html.parser import HTMLParser
from typing import Final
from urllib.parse import unquote, urlsplit

import msgspec

from cordiale.platform.errors import CordialeError, explain
from cordiale.platform.languages import _, text
from cordiale.web.turning import unturned

Given = Mapping[str, Sequence[str]]
"""The fields of a form that was sent, each with all its values."""

CORRECT: Final = _("One field has to be corrected.")
"""What leads to the field."""

ID: Final = "amiss"
_TARGET: Final = "amiss-field"
_OF_FRAME: Final = ("csrf", "next")
"""Hidden fields that say nothing of which form it is."""

_CONTROLS: Final = ("input", "select", "textarea")
_TICKED: Final = ("checkbox", "radio")
_NEVER: Final = ("hidden", "password", "file", "submit", "button")
"""Kinds of input that are not filled again."""

_AUTOFOCUS: Final = re.compile(r"\sautofocus(?=[\s>/])")


class _Control(msgspec.Struct):
    """One field: its start tag, where its element and the label around it end, and what it stands in."""

    tag: str
    attrs: dict[str, str]
    start: int
    inner: int
    form: int
    details: tuple[int, ...]
    legend: int = -1
    inner_end: int = -1
    end: int = -1
    options: list[tuple[int, dict[str, str], str]] = msgspec.field(default_factory=list)

    @property
    def name(self) -> str:
        return self.attrs.get("name", "")

    @property
    def kind(self) -> str:
        return self.attrs.get("type", "text") if self.tag == "input" else self.tag


class _Form(msgspec.Struct):
    at: int
    actions: set[str]
    posts: bool
    id: str
    details: tuple[int, ...]


class _Page(HTMLParser):
    """Where the forms of a page of ours stand in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[_Form] = []
        self.controls: list[_Control] = []
        self.tags: dict[int, str] = {}
        self.raw: dict[int, str] = {}
        self._starts = [0, *(found.end() for found in re.finditer("\n", html))]
        self._form = -1
        self._details: list[int] = []
        self._legends: list[int] = []
        self._labelled: list[_Control] | None = None
        self._open: _Control | None = None
        self._option = ""
        self.feed(html)
        self.close()

    @property
    def _at(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given, raw = {name: value or "" for name, value in attrs}, self.get_starttag_text() or ""
        at = self._at
        if tag == "form":
            action = given.get("action", "")
            posts = given.get("method", "").lower() == "post"
            self.forms.append(_Form(at, {_path(action)}, posts, given.get("id", ""), tuple(self._details)))
            self._form = len(self.forms) - 1
        elif tag == "button" and "formaction" in given and self._form >= 0:
            self.forms[self._form].actions.add(_path(given["formaction"]))
        elif tag == "details":
            self._details.append(at)
            self._kept(at, raw)
        elif tag == "fieldset":
            self._legends.append(at + len(raw))
        elif tag == "label":
            self._labelled = []
        elif tag in _CONTROLS:
            one = _Control(tag, given, at, at + len(raw), self._form, tuple(self._details))
            self._kept(at, raw)
            one.end = one.inner_end = one.inner
            if one.kind in _TICKED and self._legends:
                one.legend = self._legends[-1]
            if tag != "input":
                self._open = one
            if self._labelled is not None:
                self._labelled.append(one)
            self.controls.append(one)
        elif tag == "option" and self._open is not None:
            self._kept(at, raw)
            self._open.options.append((at, given, ""))

    def _kept(self, at: int, raw: str) -> None:
        self.tags[at] = self.raw[at] = raw

    def handle_data(self, data: str) -> None:
        if self._open is not None and self._open.options:
            at, given, said = self._open.options[-1]
            self._open.options[-1] = (at, given, said + data)

    def handle_endtag(self, tag: str) -> None:
        after = self._at + len(tag) + 3
        if tag == "form":
            self._form = -1
        elif tag == "details" and self._details:
            self._details.pop()
        elif tag == "fieldset" and self._legends:
            self._legends.pop()
        elif tag == "legend" and self._legends:
            self._legends[-1] = after
        elif tag in ("select", "textarea") and self._open is not None:
            self._open.inner_end, self._open.end = self._at, after
            self._open = None
        elif tag == "label":
            # a message inside the label would be part of the field's name
            for one in self._labelled or ():
                one.end = after
            self._labelled = None


def beside(html: str, action: str, given: Given, error: CordialeError, lang: str) -> str:
    """Return a page whose form was refused, filled again, with what was wrong beside the field it is about.

    `action` is where the form was sent, `given` what it brought. Where the page says the error above its content, a link to
    the field stands instead. A page without that form stays as it is, and so does what is about no field of it.
    """
    page = _Page(html)
    sent = _sent(page, action, given)
    if sent is None:
        return html
    mine = [one for one in page.controls if _belongs(one, page, sent)]
    edits: list[tuple[int, int, str]] = []
    opened = set(page.forms[sent].details)
    _fill(page, mine, given, edits)
    about = next((one for f in error.fields for one in mine if one.name == f and one.kind != "hidden"), None)
    if about is not None:
        opened |= set(about.details)
        for one in page.controls:
            page.tags[one.start] = _AUTOFOCUS.sub("", page.tags[one.start])
        described = " ".join(filter(None, (about.attrs.get("aria-describedby"), ID)))
        target = about.attrs.get("id") or _TARGET
        tag = re.sub(r'\saria-describedby="[^"]*"', "", page.tags[about.start])
        named = "" if about.attrs.get("id") else f' id="{_TARGET}"'
        page.tags[about.start] = _with(
            tag, f'{named} aria-invalid="true" aria-describedby="{escaped(described)}" autofocus'
        )
        at = about.legend if about.legend >= 0 else about.end
        said = escaped(explain(error, lang))
        edits.append((at, at, f'<span class="amiss" id="{ID}">{said}</span>'))
        edits += _led(html, said, f'<a href="#{escaped(target)}">{escaped(text(lang, CORRECT))}</a>')
    if about is None and escaped(explain(error, lang)) not in html:
        at, said = page.forms[sent].at, escaped(explain(error, lang))
        edits.append((at, at, f'<p class="said problem" role="alert">{said}</p>'))
    for at in opened:
        if not re.search(r"\sopen(?=[\s>])", page.tags[at]):
            page.tags[at] = _with(page.tags[at], " open")
    edits += [(at, at + len(raw), page.tags[at]) for at, raw in page.raw.items() if page.tags[at] != raw]
    for start, end, words in sorted(edits, reverse=True):
        html = html[:start] + words + html[end:]
    return html


def escaped(words: str) -> str:
    """Return words as the templates write them."""
    return escape(unturned(words), quote=False).replace('"', "&#34;").replace("'", "&#39;")


def _path(address: str) -> str:
    return unquote(urlsplit(address).path)


def _with(tag: str, more: str) -> str:
    cut = len(tag) - (2 if tag.endswith("/>") else 1)
    return tag[:cut] + more + tag[cut:]


def _belongs(one: _Control, page: _Page, form: int) -> bool:
    named = one.attrs.get("form")
    return one.form == form if named is None else bool(named) and page.forms[form].id == named


def _sent(page: _Page, action: str, given: Given) -> int | None:
    """Return the form that was sent: of several to one address, the one whose hidden fields say what was brought."""
    to = [n for n, form in enumerate(page.forms) if form.posts and _path(action) in form.actions]
    if len(to) < 2:
        return to[0] if to else None

    def other(form: int) -> int:
        hidden = [
            one
            for one in page.controls
            if _belongs(one, page, form) and one.kind == "hidden" and one.name not in _OF_FRAME
        ]
        return sum(one.attrs.get("value", "") not in given.get(one.name, ()) for one in hidden)

    best = min(to, key=other)
    return best if not other(best) else None


def _fill(page: _Page, controls: Iterable[_Control], given: Given, edits: list[tuple[int, int, str]]) -> None:
    """Put what was typed and chosen into the fields of a form again."""
    counted: dict[str, int] = {}
    for one in controls:
        if not one.name or one.kind in _NEVER or one.attrs.get("autocomplete") == "one-time-code":
            continue
        values = given.get(one.name, ())
        if one.kind in _TICKED:
            if one.kind == "checkbox" or values:
                _tick(page, one.start, "checked", one.attrs, one.attrs.get("value", "on") in values)
            continue
        place = counted.get(one.name, 0)
        counted[one.name] = place + 1
        if place >= len(values):
            continue
        value = values[place]
        if one.tag == "select":
            known = [(at, attrs, attrs.get("value", said.strip())) for at, attrs, said in one.options]
            if any(word == value for _at, _attrs, word in known):
                for at, attrs, word in known:
                    _tick(page, at, "selected", attrs, word == value)
        elif one.tag == "textarea":
            # a line end right after the tag is not part of the text
            first = "\n" if value[:1] == "\n" else ""
            edits.append((one.inner, one.inner_end, first + escaped(value)))
        elif one.attrs.get("value", "") != value:
            tag = re.sub(r'\svalue="[^"]*"', "", page.tags[one.start])
            page.tags[one.start] = _with(tag, f' value="{escaped(value)}"')


def _tick(page: _Page, at: int, word: str, attrs: Mapping[str, str], on: bool) -> None:
    if on and word not in attrs:
        page.tags[at] = _with(page.tags[at], f" {word}")
    elif not on and word in attrs:
        page.tags[at] = re.sub(rf"\s{word}(?=[\s>])", "", page.tags[at])


def _led(html: str, said: str, link: str) -> list[tuple[int, int, str]]:
    """Return the change of what the page says above its content into a link to the field."""
    found = re.search(rf'<(?:p|div)[^>]*role="alert"[^>]*>(?:<p>)?(?:<strong>)?({re.escape(said)})', html)
    return [(*found.span(1), link)] if found else []

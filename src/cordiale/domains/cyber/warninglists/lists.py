"""All warning lists at once: which of them hold a value, and by which entry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from cordiale.domains.cyber.keeping import Refused
from cordiale.domains.cyber.warninglists.answers import Hit, How, Listed
from cordiale.domains.cyber.warninglists.format import Written, files, read
from cordiale.domains.cyber.warninglists.gathered import Expression, Gathered
from cordiale.domains.cyber.warninglists.networks import network_of, pieces, written
from cordiale.domains.cyber.warninglists.subjects import ALL, hosts, subjects
from cordiale.domains.cyber.warninglists.texts import Texts, fits, texts
from cordiale.platform.errors import CordialeError, InputError
from cordiale.platform.languages import _

_ADDRESSES: Final = frozenset(("ipv4-addr", "ipv6-addr", "cidr"))

_IN_ADDRESSES: Final = re.compile(r"[0-9a-f.:/]+").fullmatch
"""Nothing else stands in an address, so that no other text is looked for in one."""

_KINDS: Final = 64
"""Kinds whose part of the lists is kept: kinds come from people too."""

_Found = dict[int, tuple[str, How, bool]]
"""Number of a list → the entry that fits, how, and whether it is the host alone."""


class Lists:
    """Warning lists in memory, looked up together; made once by `load`, never changed."""

    __slots__ = ("_expressions", "_held", "_names", "_networks", "_parts", "_texts", "listed", "refused")

    def __init__(self, read_: Iterable[tuple[Written, str]], refused: Iterable[Refused] = ()) -> None:
        gathered = Gathered()
        self.listed: tuple[Listed, ...] = tuple(gathered.add(one, digest) for one, digest in read_)
        self.refused: tuple[Refused, ...] = (*refused, *gathered.refused)
        self._held = gathered.strings
        self._names = gathered.names
        self._networks = {version: pieces(version, found) for version, found in gathered.networks.items()}
        self._texts = gathered.texts
        self._expressions = gathered.expressions
        self._parts: dict[str, tuple[frozenset[int], Texts, list[Expression]]] = {}

    def look(self, kind: str, value: str) -> tuple[Hit, ...]:
        """Return the lists that hold a value of a kind (`ipv4-addr`, `cidr`, `domain-name`, `url`, `sha256`, …).

        A list answers only for the kinds it is about, and once: by its entry that fits closest.
        """
        about, within, expressions = self._of(kind)
        text = value.strip().lower()
        if not text or not about:
            return ()
        found: _Found = {}
        for number in self._held.get(text, ()):
            if number in about:
                found[number] = (text, "is", False)
        if kind in _ADDRESSES:
            self._address(text, about, found, False)
        elif kind == "domain-name":
            self._name(text.rstrip("."), about, found, False)
        else:
            for host in hosts(kind, text):
                self._address(host, about, found, True)
                self._name(host, about, found, True)
        if within.known:
            for entry, numbers in within.within(text):
                for number in numbers:
                    if number in about and number not in found:
                        found[number] = (entry, "holds", False)
        if expressions:
            for entry, number in fits(expressions, value.strip()):
                found.setdefault(number, (entry, "fits", False))
        if not found:
            return ()
        return tuple(
            Hit(self.listed[number].name, self.listed[number].category, *found[number])
            for number in sorted(found)
        )

    def _of(self, kind: str) -> tuple[frozenset[int], Texts, list[Expression]]:
        """Return the lists that are about a kind, and what of texts and expressions is theirs; kept by kind."""
        part = self._parts.get(kind)
        if part is None:
            wanted = subjects(kind)
            about = frozenset(
                n
                for n, one in enumerate(self.listed)
                if one.subjects == ALL or not wanted.isdisjoint(one.subjects)
            )
            known = {
                text: numbers
                for text, numbers in self._texts.items()
                if not about.isdisjoint(numbers) and (kind not in _ADDRESSES or _IN_ADDRESSES(text))
            }
            part = about, texts(known), [one for one in self._expressions if one[2] in about]
            if len(self._parts) < _KINDS:
                self._parts[kind] = part
        return part

    def _name(self, name: str, about: frozenset[int], found: _Found, host: bool) -> None:
        """Find a name and every name above it among the host names, the closest first."""
        if host:
            for number in self._held.get(name, ()):
                if number in about:
                    found.setdefault(number, (name, "is", True))
        under: How = "is"
        while name:
            for number in self._names.get(name, ()):
                if number in about and number not in found:
                    found[number] = (name, under, host)
            _label, dot, name = name.partition(".")
            under = "under"
            if not dot:
                return

    def _address(self, text: str, about: frozenset[int], found: _Found, host: bool) -> None:
        network = network_of(text)
        if network is None:
            return
        held = self._networks.get(network.version)
        if held is None:
            return
        for number, entry in held.around(network):
            if number in about and number not in found:
                found[number] = (written(entry), "is" if entry == network else "within", host)
        if network.length < held.bits:
            for number, entry in held.inside(network):
                if number in about and number not in found:
                    found[number] = (written(entry), "covers", host)


def load(folder: Path) -> Lists:
    """Load every list of a folder (a clone of the published ones, or files), or one file.

    What cannot be read is left out and named in `refused`. Raises InputError where there is no list at all.
    """
    refused: list[Refused] = []
    lists = Lists(_read(folder, refused), refused)
    if lists.listed:
        return lists
    for first in refused:
        raise InputError(first.code, first.message_id, **first.params)
    raise InputError(
        "warninglists-none",
        _("{folder} holds no warning list: give a list.json of MISP's form, or a folder of them."),
        folder=str(folder),
    )


def _read(folder: Path, refused: list[Refused]) -> Iterator[tuple[Written, str]]:
    """Yield the lists of a folder one after the other, so that their files are never all in memory."""
    for file in files(folder):
        try:
            yield read(file)
        except CordialeError as error:
            params = {name: str(value) for name, value in error.params.items()}
            refused.append(Refused(str(file), error.code, error.message_id, params))

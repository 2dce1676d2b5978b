"""A TOML table that knows its file and its place, and complains about what it does not expect."""

from __future__ import annotations

import difflib
import re
from typing import Any

from cordiale.platform.errors import ConfigurationError
from cordiale.platform.languages import _


class Table:
    """One table being read; every key must be asked for, or `finish` names it as unknown."""

    def __init__(self, content: Any, file: str, text: str, key: str = "") -> None:
        self.file = file
        self.text = text
        self.key = key
        self._asked: set[str] = set()
        if not isinstance(content, dict):
            self._content: dict[str, Any] = {}
            raise wrong(self, "", _("{file}, line {line}, {key}: write a table here."))
        self._content = content

    def has(self, key: str) -> bool:
        """Tell whether a key is written."""
        return key in self._content

    def names(self) -> tuple[str, ...]:
        """Return the keys as written."""
        return tuple(self._content)

    def value(self, key: str) -> Any:
        """Return whatever is under a key, None when it is not written."""
        self._asked.add(key)
        return self._content.get(key)

    def string(self, key: str, default: str | None = None) -> str:
        """Return a text; without a default it must be there and not be empty."""
        value = self.value(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not value.strip() or "\n" in value:
            raise wrong(self, key, _("{file}, line {line}, {key}: write a text between quotes, on one line."))
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; empty when it is not written."""
        value = self.value(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(
            isinstance(v, str) and v.strip() and "\n" not in v for v in value
        ):
            raise wrong(
                self, key, _('{file}, line {line}, {key}: write a list of texts, such as `["one", "two"]`.')
            )
        return tuple(value)

    def whole(self, key: str, default: int) -> int:
        """Return a whole number, not negative."""
        value = self.value(key)
        if value is None:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise wrong(self, key, _("{file}, line {line}, {key}: write a whole number."))
        return value

    def flag(self, key: str) -> bool:
        """Return true or false; false when it is not written."""
        value = self.value(key)
        if value is not None and not isinstance(value, bool):
            raise wrong(self, key, _("{file}, line {line}, {key}: write true or false, without quotes."))
        return bool(value)

    def table(self, key: str) -> Table:
        """Return the table under a key; an empty one when it is not written."""
        value = self.value(key)
        return Table({} if value is None else value, self.file, self.text, self._under(key))

    def tables(self, key: str) -> dict[str, Table]:
        """Return the tables under a key, by name."""
        parent = self.table(key)
        return {name: parent.table(name) for name in parent.names()}

    def rows(self, key: str) -> list[Table]:
        """Return the tables of a list of tables, in order."""
        value = self.value(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise wrong(self, key, _("{file}, line {line}, {key}: write it as a list of tables, [[name]]."))
        return [Table(row, self.file, self.text, f"{self._under(key)}[{n}]") for n, row in enumerate(value)]

    def texts(self, key: str) -> dict[str, str]:
        """Return a table of texts by language."""
        return self.table(key).all_texts()

    def all_texts(self) -> dict[str, str]:
        """Return this table as texts by name."""
        return {name: self.string(name) for name in self.names()}

    def finish(self) -> None:
        """Refuse keys that nobody asked for, with the nearest known one."""
        for name in self._content:
            if name not in self._asked:
                near = difflib.get_close_matches(name, sorted(self._asked), 1)
                known = near[0] if near else ", ".join(sorted(self._asked))
                raise wrong(
                    self,
                    name,
                    _("{file}, line {line}, {key}: this key is not known here; did you mean {known}?"),
                    known=known,
                )

    def _under(self, key: str) -> str:
        return f"{self.key}.{key}" if self.key else key


def wrong(table: Table, key: str, advice: str, /, **params: object) -> ConfigurationError:
    """Return the error for one key: the file, the line where it can be found, the key, and what to do."""
    place = f"{table.key}.{key}".strip(".")
    line = _line(table.text, place)
    return ConfigurationError("rules-wrong", advice, file=table.file, line=line, key=place, **params)


def _line(text: str, place: str) -> str:
    """Find the line of a key, "?" when the text is written in a way this simple search does not see."""
    *heads, last = re.split(r"\.(?![^\[]*\])", place) if place else [""]
    start, lines = 0, text.split("\n")
    for head in heads:
        name, _bracket, index = head.partition("[")
        skip = int(index[:-1]) if index else 0
        for number in range(start, len(lines)):
            if re.match(rf"\s*\[\[?[^\]]*\b{re.escape(name)}\b", lines[number]):
                start = number
                if skip == 0:
                    break
                skip -= 1
    name = last.partition("[")[0]
    for number in range(start, len(lines)):
        if name and re.search(
            rf"(^|[\s\[.{{,\"]){re.escape(name)}([\s\].=\"]|$)", lines[number].split("#")[0]
        ):
            return str(number + 1)
    return str(start + 1) if heads else "?"

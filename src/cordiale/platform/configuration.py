"""Read the settings of a node: defaults, then its TOML file, then the environment, then flags.

The settings themselves are declared in `cordiale.platform.settings`. `CORDIALE_SECTION_KEY` in the environment sets
`section.key`. An unknown name is an error with the nearest known one, never silently ignored.
"""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import msgspec

from cordiale.platform.errors import ConfigurationError
from cordiale.platform.languages import _
from cordiale.platform.settings import Says, Settings

__all__ = ["FILE_NAME", "RESERVED", "Key", "Settings", "document", "keys", "load", "read_document"]

FILE_NAME: Final = "cordiale.toml"

_PLAIN_STORE: Final = re.compile(r"\s*store(?:\s*\.\s*url)?\s*=").match
_PLAIN_STORE_NAME: Final = re.compile(r"store(?:\s*\.\s*url)?")
_NAMED: Final = ("source", "purpose", "sso", "misp", "taxii", "decay")
"""Sections that stand once for each name: `[source.NAME]`."""
_URL: Final = re.compile(r"\s*url\s*=").match

RESERVED: Final = (
    "CORDIALE_NODE",
    "CORDIALE_LANG",
    "CORDIALE_DEBUG",
    "CORDIALE_TEST_",
    "CORDIALE_DEV_",
    "CORDIALE_DEMO_",
)
"""Names in the environment that are not settings, and beginnings of names (with a last underscore)."""


class Key(msgspec.Struct, frozen=True):
    """One setting as declared: its dotted name, type, bounds, default and purpose."""

    name: str
    type: Any
    default: Any
    says: Says

    @property
    def variable(self) -> str:
        """Name in the environment."""
        return "CORDIALE_" + self.name.replace(".", "_").upper()

    @property
    def choices(self) -> tuple[str, ...]:
        """Values it may take, where they are listed."""
        return get_args(self.type) if get_origin(self.type) is Literal else ()


def keys() -> tuple[Key, ...]:
    """List every setting in the order of declaration; those of a source are named `source.NAME.key`."""
    return tuple(_keys())


def load(
    path: Path | None, environ: Mapping[str, str] | None = None, flags: Mapping[str, object] | None = None
) -> Settings:
    """Return the settings of the node whose folder or configuration file this is; without a path, of none.

    `flags` are dotted names with values; None means not given. Raises ConfigurationError naming file and key.
    """
    file = None if path is None else path / FILE_NAME if path.is_dir() or path.suffix != ".toml" else path
    folder = Path() if file is None else file.parent
    values: dict[str, Any] = {}
    if file is not None:
        for name, value in _flatten(_read(file), str(file)):
            values[name] = _checked(name, value, str(file))
    for variable, written in sorted((environ or {}).items()):
        if variable.startswith("CORDIALE_") and not _reserved(variable):
            values[_name_of(variable)] = _parsed(_name_of(variable), written, variable)
    for name, flag in (flags or {}).items():
        if flag is not None:
            read = _parsed if isinstance(flag, str) else _checked
            values[name] = read(name, flag, f"--{name}")
    if not values.get("store.url"):
        values["store.url"] = f"sqlite:///{folder / 'cordiale.db'}" if file is not None else "memory://"
    nested: dict[str, Any] = {"folder": str(folder)}
    for name, value in values.items():
        place = nested
        *path_to, last = name.split(".")
        for step in path_to:
            place = place.setdefault(step, {})
        place[last] = value
    return msgspec.convert(nested, Settings, dec_hook=lambda kind, text: kind(text))


def read_document(file: Path) -> dict[str, Any]:
    """Return the content of a TOML file that people write.

    Raises ConfigurationError naming the file, and the line where it is not TOML.
    """
    return _read(file)


def document(values: Mapping[str, object]) -> str:
    """Write a configuration file with these values, every other setting beside them as a comment."""
    lines = ["# Settings of this Cordiale node. A line that starts with # shows a default.", ""]
    store = {name for name in values if name.startswith("store.")}
    plain = store == {"store.url"}
    if plain:
        lines += [
            "# The database; the line stands before the first section.",
            f"store = {_toml(values['store.url'])}",
        ]
    section = ""
    for key in keys():
        if ".NAME." in key.name:
            continue
        head, last = key.name.split(".")
        if plain and key.name == "store.url":
            section = head
            lines += ["", "# Other settings of the store, once its head is no comment any more:", "# [store]"]
            continue
        if head != section:
            section = head
            lines += ["", f"[{section}]"]
        lines.append(f"# {key.says.description}")
        if key.name in values:
            lines.append(f"{last} = {_toml(values[key.name])}")
        else:
            lines.append(f"# {last} = {_toml(key.default)}")
    lines += [
        "",
        "# A profile for each source of input, such as:",
        "# [source.feed]",
        '# marking = "tlp:green"',
        '# purpose = "warning"',
        "# days = 365",
    ]
    return "\n".join(lines) + "\n"


def with_store(text: str, url: str) -> str:
    """Return a configuration file's text that names this database and no other."""
    lines: list[str] = []
    section = ""
    place: int | None = None
    head: int | None = None
    for line in text.splitlines():
        if line.lstrip().startswith("["):
            section = line.strip().partition("]")[0].strip("[ ")
            place = len(lines) if place is None else place
            head = len(lines) + 1 if section == "store" else head
        if (not section and _PLAIN_STORE(line)) or (section == "store" and _URL(line)):
            continue
        lines.append(line)
    if head is not None:
        lines.insert(head, f"url = {_toml(url)}")
    else:
        lines.insert(len(lines) if place is None else place, f"store = {_toml(url)}")
    return "\n".join(lines) + "\n"


def _keys() -> Iterator[Key]:
    for head, section in get_type_hints(Settings).items():
        if head == "folder":
            continue
        repeated = get_origin(section) is dict
        struct = get_args(section)[1] if repeated else section
        prefix = f"{head.rstrip('_')}.NAME" if repeated else head.rstrip("_")
        hints = get_type_hints(struct, include_extras=True)
        for declared in msgspec.structs.fields(struct):
            kind, says = get_args(hints[declared.name])
            yield Key(f"{prefix}.{declared.encode_name}", kind, declared.default, says)


def _loads(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        # TOML takes `store` for a text or for a section; we take both, so the text gets a name of its own
        lines = text.splitlines(keepends=True)
        for place, line in enumerate(lines):
            if line.lstrip().startswith("["):
                break
            if _PLAIN_STORE(line):
                lines[place] = _PLAIN_STORE_NAME.sub('"store.url"', line, count=1)
                return tomllib.loads("".join(lines))
        raise


def _read(file: Path) -> dict[str, Any]:
    try:
        return _loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ConfigurationError(
            "configuration.missing",
            _("There is no {file}. Make a node with: cordiale init {folder}"),
            file=str(file),
            folder=str(file.parent),
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            "configuration.unreadable",
            _("{file} cannot be read: {detail}"),
            file=str(file),
            detail=str(error),
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            "configuration.not-toml",
            _("{file} is not valid TOML: {detail}"),
            file=str(file),
            detail=str(error),
        ) from error


def _flatten(table: Mapping[str, Any], where: str) -> Iterator[tuple[str, Any]]:
    below = table.get("store")
    if "store.url" in table and isinstance(below, dict) and below.get("url"):
        raise ConfigurationError(
            "configuration.two-stores",
            _(
                "{where}: the database is named twice, by `store` before the first section and by `url` below [store]: keep one."
            ),
            where=where,
        )
    for section, content in sorted(table.items(), key=lambda item: item[0] == "store.url"):
        if section in ("store", "store.url") and isinstance(content, str):
            yield "store.url", content
        elif section in ("store", "store.url") and not isinstance(content, dict):
            raise ConfigurationError(
                "configuration.not-a-store",
                _(
                    '{where}: `store` is text in quotation marks: write `store = "URL"` before the first section, or `url = "URL"` below [store].'
                ),
                where=where,
            )
        elif not isinstance(content, dict):
            _find(section, where)
            raise ConfigurationError(
                "configuration.not-a-section",
                _("{where}: `{key}` is a section; write [{key}] and its settings below."),
                where=where,
                key=section,
            )
        elif section in _NAMED:
            for name, profile in content.items():
                if not isinstance(profile, dict):
                    _find(f"{section}.{name}", where)
                for key, value in profile.items():
                    yield f"{section}.{name}.{key}", value
        else:
            if not content:
                _find(f"{section}.", where)
            for key, value in content.items():
                yield f"{section}.{key}", value


def _find(name: str, where: str) -> Key:
    parts = name.split(".")
    general = f"{parts[0]}.NAME.{parts[2]}" if parts[0] in _NAMED and len(parts) == 3 else name
    known = {key.name: key for key in keys()}
    if general in known:
        return known[general]
    sections = {key.split(".")[0] for key in known}
    if name.rstrip(".") in sections:
        return next(key for key in known.values() if key.name.startswith(name.rstrip(".") + "."))
    near = difflib.get_close_matches(general.rstrip("."), [*known, *sections], n=1, cutoff=0.5)
    same = [key for key in known if key.split(".")[-1] == parts[-1]]
    if not (near or same):
        raise ConfigurationError(
            "configuration.unknown",
            _("{where}: there is no setting `{key}`."),
            where=where,
            key=name.rstrip("."),
        )
    raise ConfigurationError(
        "configuration.unknown",
        _("{where}: there is no setting `{key}`. Did you mean `{near}`?"),
        where=where,
        key=name,
        near=(near or same)[0],
    )


def _reserved(variable: str) -> bool:
    return any(variable.startswith(name) if name.endswith("_") else variable == name for name in RESERVED)


def _name_of(variable: str) -> str:
    known = {key.variable: key.name for key in keys()}
    if variable in known:
        return known[variable]
    for name in known.values():
        section, named, last = name.partition(".NAME.")
        if named:
            begin, end = f"CORDIALE_{section.upper()}_", f"_{last.upper()}"
            middle = variable.removeprefix(begin).removesuffix(end)
            if variable == begin + middle + end and middle:
                return f"{section}.{middle.lower().replace('_', '-')}.{last}"
    near = difflib.get_close_matches(variable, known, n=1, cutoff=0.5)
    raise ConfigurationError(
        "configuration.unknown",
        _("{where}: there is no setting `{key}`. Did you mean `{near}`?")
        if near
        else _("{where}: there is no setting `{key}`."),
        where="$" + variable,
        key=variable,
        near="".join(near),
    )


def _parsed(name: str, written: Any, where: str) -> Any:
    """Read a value that arrives as text, from the environment or a flag."""
    kind = _find(name, where).type
    value: Any = written
    if kind is bool:
        value = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(
            written.strip().lower(), written
        )
    elif kind is int and written.strip().removeprefix("-").isdecimal():
        value = int(written)
    return _checked(name, value, where)


def _checked(name: str, value: Any, where: str) -> Any:
    key = _find(name, where)
    if "." not in name.rstrip("."):  # a section, which has no value of its own
        raise ConfigurationError(
            "configuration.unknown",
            _("{where}: there is no setting `{key}`. Did you mean `{near}`?"),
            where=where,
            key=name,
            near=key.name,
        )
    sentence, ok = _expectation(key, value)
    if ok:
        return value
    raise ConfigurationError(
        "configuration.wrong-value",
        sentence,
        where=where,
        key=name,
        value=repr(value)[:80],
        low=key.says.low,
        high=key.says.high,
        choices=", ".join(key.choices),
        example=key.says.example,
    )


def _expectation(key: Key, value: Any) -> tuple[str, bool]:
    if key.type is bool:
        return _("{where}: `{key}` is {value}; true or false is expected."), isinstance(value, bool)
    if key.choices:
        return _("{where}: `{key}` is {value}; one of these is expected: {choices}."), value in key.choices
    if key.type is int:
        whole = isinstance(value, int) and not isinstance(value, bool)
        fits = (
            whole
            and (key.says.low is None or value >= key.says.low)
            and (key.says.high is None or value <= key.says.high)
        )
        if key.says.high is not None:
            return _("{where}: `{key}` is {value}; a whole number from {low} to {high} is expected."), fits
        return _("{where}: `{key}` is {value}; a whole number, {low} or more, is expected."), fits
    if not isinstance(value, str):
        return _("{where}: `{key}` is {value}; text in quotation marks is expected."), False
    if key.says.pattern is not None:
        fits = re.fullmatch(key.says.pattern, value) is not None
        return _("{where}: `{key}` is {value}, which is not of the form it needs, such as {example}."), fits
    return "", True


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped) + '"'

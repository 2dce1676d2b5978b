"""Write rules for what looks at logs and files: Sigma for values and as held, YARA for digests and as held."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from cordiale.domains.cyber.readers.endings import words
from cordiale.domains.cyber.readers.yara import YaraRule, yara_rules
from cordiale.domains.cyber.writers.line import Head, Line, Rule
from cordiale.domains.cyber.writers.lists import opening
from cordiale.domains.cyber.writers.selection import once
from cordiale.platform.clock import format_instant
from cordiale.platform.ids import uuid5

NAMESPACE: Final = "8f7f2b5e-6d0a-5a6c-8e0b-2f3c9d1a4b70"
"""Of ids of Sigma rules made here: the same value of the same indicator gets the same one."""

LEVELS: Final = ((90, "critical"), (70, "high"), (40, "medium"), (0, "low"))
"""A level of Sigma by confidence; what says none is medium."""

_DIGESTS: Final = {"md5": ("MD5", 32), "sha1": ("SHA1", 40), "sha256": ("SHA256", 64)}
_HEX = re.compile(r"[0-9a-f]+").fullmatch
_CONTROL = re.compile(r"[\x00-\x1f\x7f]").search
_WILD = re.compile(r"([\\*?])")
_MODULES: Final = words("pe elf cuckoo magic hash math dotnet time console string macho dex vt lnk")


def sigma(lines: Sequence[Line], rules: Sequence[Rule], head: Head, left: Counter[str]) -> bytes:
    """Return Sigma rules, a YAML document each: those held as they are, and one for each value that a log source names."""
    from cordiale.domains.cyber.readers.sigma import documents

    written: list[str] = []
    for rule in rules:
        found = list(documents(rule.text))
        if len(found) != 1 or found[0].wrong or "\0" in rule.text:
            left["shape"] += 1
        else:
            written.append(found[0].text.strip("\n"))
    for line in once(lines):
        made = _detection(line)
        if made is None:
            left["shape"] += 1
        else:
            written.append(_yaml(_document(line, *made)))
    comments = "\n".join(f"# {said}" for said in opening(head))
    return (comments + "\n" + "\n---\n".join(written) + ("\n" if written else "")).encode()


def yara(lines: Sequence[Line], rules: Sequence[Rule], head: Head, left: Counter[str]) -> bytes:
    """Return YARA rules: those held as they are, and one for each digest; names of rules are unique in a file."""
    modules: dict[str, None] = {}
    names: set[str] = set()
    written: list[str] = []
    for rule in rules:
        found = list(yara_rules(rule.text))
        one = found[0] if len(found) == 1 else None
        if not isinstance(one, YaraRule):
            left["shape"] += 1
        elif not _MODULES.issuperset(one.imports):
            left["unsafe"] += 1
        elif one.name in names:
            left["twice"] += 1
        else:
            names.add(one.name)
            modules.update(dict.fromkeys(one.imports))
            written.append(one.text)
    for line in once(lines):
        made = _digest_rule(line)
        if made is None:
            left["shape"] += 1
        else:
            modules["hash"] = None
            written.append(made)
    imports = [f'import "{name}"' for name in sorted(modules)]
    comments = [f"// {said}" for said in opening(head)]
    return ("\n".join([*comments, *imports, "", "\n\n".join(written)]) + "\n").encode()


def _detection(line: Line) -> tuple[dict[str, str], tuple[dict[str, str], ...]] | None:
    """Return the log source and the selections that find a value, None for a kind, or signs, that no log source has."""
    if _CONTROL(line.value):
        return None
    value = _WILD.sub(r"\\\1", line.value)
    match line.kind:
        case "domain-name":
            return {"category": "dns"}, ({"query": value}, {"query|endswith": f".{value}"})
        case "ipv4-addr" | "ipv6-addr":
            return {"category": "network_connection"}, ({"DestinationIp": value},)
        case "cidr":
            return {"category": "network_connection"}, ({"DestinationIp|cidr": line.value},)
        case "url":
            return {"category": "proxy"}, ({"c-uri|contains": _WILD.sub(r"\\\1", _bare(line.value))},)
        case "user-agent":
            return {"category": "proxy"}, ({"c-useragent": value},)
        case "md5" | "sha1" | "sha256":
            hashes = {"Hashes|contains": f"{_DIGESTS[line.kind][0]}={value.upper()}"}
            return {"category": "process_creation", "product": "windows"}, (hashes,)
        case "file-name":
            names = ({"TargetFilename": value}, {"TargetFilename|endswith": f"\\\\{value}"})
            return {"category": "file_event", "product": "windows"}, names
        case "windows-registry-key":
            path = _WILD.sub(r"\\\1", line.value.partition("\\")[2])
            return {"category": "registry_event", "product": "windows"}, ({"TargetObject|contains": path},)
    return None


def _bare(url: str) -> str:
    return url.partition("://")[2] or url


def _document(line: Line, source: dict[str, str], selections: tuple[dict[str, str], ...]) -> dict[str, Any]:
    confidence = 50 if line.confidence is None else line.confidence
    made: dict[str, Any] = {
        "title": f"Cordiale {line.kind} {line.value}"[:200],
        "id": uuid5(NAMESPACE, f"{line.id} {line.kind} {line.value}"),
        "status": "experimental",
        "description": (line.name or line.value)[:500],
        "references": list(line.references),
        "author": "Cordiale",
        "date": format_instant(line.modified)[:10],
        "tags": [
            *(f"attack.{code.lower()}" for code in line.techniques),
            *(f"tlp.{atom[4:]}" for atom in line.marking if atom.startswith("tlp:")),
        ],
        "logsource": source,
        "detection": {
            **{f"selection{n or ''}": one for n, one in enumerate(selections)},
            "condition": "1 of selection*" if len(selections) > 1 else "selection",
        },
        "falsepositives": ["unknown"],
        "level": next(level for least, level in LEVELS if confidence >= least),
    }
    return {name: value for name, value in made.items() if value}


def _yaml(value: dict[str, Any]) -> str:
    return "\n".join(_lines(value, 0))


def _lines(value: Any, depth: int) -> Iterator[str]:
    """Write plain values as YAML; every text in double quotes as JSON writes it, which YAML 1.2 reads alike."""
    room = "    " * depth
    for name, part in value.items():
        if isinstance(part, dict):
            yield f"{room}{_key(name)}:"
            yield from _lines(part, depth + 1)
        elif isinstance(part, list):
            yield f"{room}{_key(name)}:"
            yield from (f"{room}    - {json.dumps(str(one))}" for one in part)
        else:
            yield f"{room}{_key(name)}: {json.dumps(str(part))}"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", name) else json.dumps(name)


def _digest_rule(line: Line) -> str | None:
    known = _DIGESTS.get(line.kind)
    digest = line.value.lower()
    if known is None or len(digest) != known[1] or not _HEX(digest):
        return None
    name = f"cordiale_{line.kind}_{digest[:24]}"
    meta = {
        "description": line.name or digest,
        "cordiale_id": line.id,
        "marking": " ".join(line.marking),
        "date": format_instant(line.modified)[:10],
    }
    lines = [f"        {key} = {_quoted(value[:500])}" for key, value in meta.items() if value]
    return "\n".join(
        [
            f"rule {name}",
            "{",
            "    meta:",
            *lines,
            "    condition:",
            f'        hash.{line.kind}(0, filesize) == "{digest}"',
            "}",
        ]
    )


def _quoted(said: str) -> str:
    """Write a text as YARA does: bytes that are no plain letters as `\\xNN`."""
    out = []
    for octet in said.encode("utf-8", "replace"):
        sign = chr(octet)
        out.append(sign if 32 <= octet < 127 and sign not in '"\\' else f"\\x{octet:02x}")
    return f'"{"".join(out)}"'

"""Write the reference pages from the code: `./dev docs --write`. A test fails when they differ from it."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cordiale.platform import errors
from cordiale.platform.configuration import FILE_NAME, RESERVED, Key, keys

FOLDER = Path(__file__).parent / "reference"
NOTE = "<!-- Written by `./dev docs --write` from {source}; change it there. -->\n"


def configuration() -> str:
    """Write the page of settings."""
    lines = [
        NOTE.format(source="src/cordiale/platform/settings.py"),
        "# Settings",
        "",
        f"A node's folder holds `{FILE_NAME}`. What the file does not set has the default below. A variable in the",
        "environment goes before the file, and a flag of the command line before both. A name that is not listed here",
        "is refused, with the nearest one that is; so is a value of another type, with what is expected.",
        "",
        "Sizes are in bytes; `_ms` is milliseconds, `_s` seconds. The variables "
        + ", ".join(f"`{name}`" if name[-1] != "_" else f"`{name}…`" for name in RESERVED)
        + " are not settings.",
    ]
    section = ""
    for key in keys():
        head = key.name.rpartition(".")[0]
        if head != section:
            section = head
            title = "A source: `[source.NAME]`" if head == "source.NAME" else f"`[{head}]`"
            lines += ["", f"## {title}", ""]
            lines += [
                "| setting | in the environment | type | default | what it is for |",
                "|---|---|---|---|---|",
            ]
        lines.append(
            f"| `{key.name}` | `{key.variable}` | {kind(key)} | {default(key)} | {key.says.description} |"
        )
    return "\n".join(lines) + "\n"


def kind(key: Key) -> str:
    """Write what a setting may be."""
    if key.choices:
        return " or ".join(f"`{choice}`" for choice in key.choices)
    if key.type is bool:
        return "`true` or `false`"
    if key.type is int:
        low, high = key.says.low, key.says.high
        return f"whole number, {low:,} to {high:,}" if high is not None else f"whole number, from {low:,}"
    return f"text such as `{key.says.example}`" if key.says.example else "text"


def default(key: Key) -> str:
    """Write a setting's default as the file would hold it."""
    if key.default == "":
        return "empty"
    return f"`{str(key.default).lower() if isinstance(key.default, bool) else key.default}`"


def exit_codes() -> str:
    """Write the page of exit codes and HTTP statuses."""
    lines = [
        NOTE.format(source="src/cordiale/platform/errors.py"),
        "# Exit codes and HTTP statuses",
        "",
        "Every error has a code of its own (such as `configuration.unknown`), a sentence that says what was wrong, where,",
        "and what to do, and belongs to one family. The family decides how a command ends and what a request is answered.",
        "",
        "| exit code | HTTP status | family | meaning |",
        "|---|---|---|---|",
        "| 0 | 200 | – | Done. |",
        "| 1 | 500 | – | Anything else: a fault of the program itself. |",
        "| 2 | – | – | The command line was not understood; the usage was printed. |",
    ]
    meanings = dict(re.findall(r"[├└]── (\w+) +(.+)", errors.__doc__ or ""))
    for family, (status, code) in errors.ANSWERS.items():
        if family.__name__ in meanings:
            meaning = meanings[family.__name__]
            lines.append(f"| {code} | {status} | `{family.__name__}` | {meaning[0].upper()}{meaning[1:]}. |")
    lines.append("| 130 | – | – | Stopped by Ctrl-C; what was finished is kept. |")
    return "\n".join(lines) + "\n"


def cli() -> str:
    """Write the page of commands, as their own help says it."""
    from cordiale.cli.root import command

    lines = [
        NOTE.format(source="src/cordiale/cli"),
        "# Commands",
        "",
        "What `--help` says, for every command. `--lang fr` says it in French. How commands end:",
        "[exit codes](exit-codes.md).",
    ]
    lines += _help(command(), "cordiale", None)
    return "\n".join(lines) + "\n"


def _help(command: Any, path: str, parent: Any) -> list[str]:
    context = command.context_class(command, info_name=path.split()[-1], parent=parent, terminal_width=100)
    written = "\n".join(line.rstrip() for line in command.get_help(context).strip().splitlines())
    lines = ["", f"{'#' * min(4, 1 + len(path.split()))} {path}", "", "```text", written, "```"]
    for name in command.list_commands(context) if hasattr(command, "list_commands") else ():
        lines += _help(command.get_command(context, name), f"{path} {name}", context)
    return lines


def api() -> str:
    """Write the page of the REST interface, from its schema."""
    from cordiale.rest.app import schema

    found = json.loads(schema())
    lines = [
        NOTE.format(source="src/cordiale/rest"),
        "# REST",
        "",
        found["info"]["description"],
        "",
        "How to get a token, and examples: [From programs](../guide/api.md). The document itself is at `/api/v1/openapi.json`.",
        "",
        "Every address may also answer 400, 401, 403, 422 and 429; see `Problem`.",
    ]
    by_tag: dict[str, list[str]] = {}
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            by_tag.setdefault(operation["tags"][0], []).extend(_operation(path, method, operation))
    for tag, written in by_tag.items():
        lines += ["", f"## {tag}", *written]
    lines += ["", "## Types", "", "`?`: may be left out, or null."]
    for name, one in found["components"]["schemas"].items():
        says = " ".join(one.get("description", "").split())
        lines += ["", f"### {name}", "", says, "", "| field | type |", "|---|---|"]
        required = one.get("required", [])
        for field, schema_of in one["properties"].items():
            lines.append(f"| `{field}`{'' if field in required else '?'} | {_type(schema_of)} |")
    return "\n".join(lines) + "\n"


def _operation(path: str, method: str, operation: Any) -> list[str]:
    lines = ["", f"### `{method.upper()} {path}`", "", operation["description"].replace("\n", " "), ""]
    given = [p for p in operation.get("parameters", ()) if p["in"] == "query"]
    if given:
        lines += ["| parameter | type | what it is |", "|---|---|---|"]
        for one in given:
            lines.append(
                f"| `{one['name']}`{'' if one['required'] else '?'} | {_type(one['schema'])} | {one.get('description', '')} |"
            )
        lines.append("")
    if body := operation.get("requestBody"):
        lines += [f"Body: {_media(body['content'])}", ""]
    for status, answered in operation["responses"].items():
        if status.startswith("2"):
            lines.append(f"Answers {status}: {_media(answered.get('content', {}))}")
    others = sorted(set(operation["responses"]) - {"400", "401", "403", "422", "429"} - {"200", "202"})
    if others:
        lines[-1] += f"; or {', '.join(others)}"
    return lines


def _media(content: Any) -> str:
    media, schema_of = next(iter(content.items()))
    written = _type(schema_of["schema"]) if schema_of.get("schema") else ""
    return written if media == "application/json" and written else f"`{media}`"


def _type(schema: Any) -> str:
    """Write the type of a value in a cell."""
    if ref := schema.get("$ref"):
        name = ref.rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if several := schema.get("anyOf"):
        return " or ".join(_type(one) for one in several if one.get("type") != "null")
    if choices := schema.get("enum"):
        return " or ".join(f"`{one}`" for one in choices)
    match schema.get("type"):
        case "array":
            items = schema.get("items") or (schema.get("prefixItems") or [{}])[0]
            return f"list of {_type(items)}"
        case "object":
            more = schema.get("additionalProperties")
            return f"{_type(more)} by name" if isinstance(more, dict) and more else "object"
        case "string":
            return {"date-time": "instant", "binary": "bytes"}.get(schema.get("format", ""), "text")
        case "integer":
            return "whole number"
        case other:
            return {"number": "number", "boolean": "true or false"}.get(str(other), "any")


PAGES: dict[str, Callable[[], str]] = {
    "configuration.md": configuration,
    "exit-codes.md": exit_codes,
    "cli.md": cli,
    "api.md": api,
}


def main() -> int:
    """Write every page that differs, and say which."""
    for name, page in PAGES.items():
        written = page()
        file = FOLDER / name
        if not file.exists() or file.read_text(encoding="utf-8") != written:
            file.write_text(written, encoding="utf-8")
            print(f"written: {file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The command tree: commands are loaded when they are used, help is in the reader's language."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from cordiale.cli.commands import COMMANDS, FROM_AFAR
from cordiale.cli.session import current
from cordiale.platform.languages import _, text

# What typer writes by itself in help → our message, so that French help is French throughout.
_HEADINGS = {
    "Usage: ": _("Usage: "),
    "\nOptions:\n": _("\nOptions:\n"),
    "\nArguments:\n": _("\nArguments:\n"),
    "\nCommands:\n": _("\nCommands:\n"),
    "[OPTIONS]": _("[OPTIONS]"),
    "COMMAND [ARGS]...": _("COMMAND [ARGS]..."),
    "Show this message and exit.": _("Show this message and exit."),
    "[required]": _("[required]"),
    "[default: ": _("[default: "),
}


def tr(message_id: str, /, **params: Any) -> str:
    """Write a sentence in the language of this session."""
    return text(current().lang, message_id, **params)


def labelled(what: str, said: str) -> str:
    """Write what something is of and what is said of it, with the colon as the language of this session spaces it."""
    return tr(_("{what}: {said}"), what=what, said=said)


def in_language(help_text: str) -> str:
    """Put the words typer writes by itself in the language of this session."""
    if current().lang == "en":
        return help_text
    for english, message_id in _HEADINGS.items():
        help_text = help_text.replace(english, tr(message_id))
    return help_text


def everywhere(ctx: Any) -> str:
    """Return the lines of help about the options that every command takes, or every one that can be asked from afar."""
    named = ctx.command_path.split()[1:2]
    rows = [
        ("--node PATH", tr(_("The node's folder (or CORDIALE_NODE; default: this folder)."))),
        ("--json", tr(_("Answer with one JSON object on standard output."))),
        ("--lang en|fr|fr-CA", tr(_("Language of help and answers (or CORDIALE_LANG)."))),
        ("--quiet", tr(_("No progress."))),
        ("--debug", tr(_("Show where an error came from."))),
    ]
    if set(named) <= FROM_AFAR:
        rows += [
            (
                "--at URL",
                tr(_("A node elsewhere, by REST; for search, show, why, preview, mark, release, import.")),
            ),
            ("--token-file FILE", tr(_("The token for it; see: cordiale token add"))),
            ("--certificate FILE", tr(_("The certificate it signed for itself (its keys/tls.crt)."))),
        ]
    lines = "\n".join(f"  {name:<20}{words}" for name, words in rows)
    return "\n" + tr(_("Every command takes:")) + "\n" + lines


# What stands for a value in help and in complaints; typer's own words for types (`<str>`) are not shown.
METAVARS = {
    "ANSWER": _("ANSWER"),
    "ATOM": _("ATOM"),
    "BACKUP": _("BACKUP"),
    "CASE": _("CASE"),
    "CODE": "CODE",
    "DAY": _("DAY"),
    "DECISION": _("DECISION"),
    "en|fr|both": "en|fr|both",
    "FILE": _("FILE"),
    "FOLDER": _("FOLDER"),
    "FOLDER|FILE": _("FOLDER|FILE"),
    "HASH": _("HASH"),
    "HEX": "HEX",
    "ID": _("ID"),
    "INCIDENT": _("INCIDENT"),
    "JOB": _("JOB"),
    "KIND": _("KIND"),
    "LEVEL": _("LEVEL"),
    "N": "N",
    "N-M": "N-M",
    "NAME": _("NAME"),
    "NAME=VALUE": _("NAME=VALUE"),
    "NAMESPACE": _("NAMESPACE"),
    "NETWORK/NAME": _("NETWORK/NAME"),
    "NODE": _("NODE"),
    "NODE=WORDS": _("NODE=WORDS"),
    "NUMBER": _("NUMBER"),
    "OTHER": _("OTHER"),
    "PARTNER": _("PARTNER"),
    "PATH": _("PATH"),
    "PERSON": _("PERSON"),
    "PLAYBOOK": _("PLAYBOOK"),
    "POSITION": _("POSITION"),
    "PROPERTY": _("PROPERTY"),
    "RECALL": _("RECALL"),
    "REQUEST": _("REQUEST"),
    "RUN": _("RUN"),
    "SET": _("SET"),
    "SHA256": "SHA256",
    "SOURCE": _("SOURCE"),
    "STATEMENT": _("STATEMENT"),
    "TAG": _("TAG"),
    "TEXT": _("TEXT"),
    "TIME": _("TIME"),
    "URI": "URI",
    "URL": "URL",
    "VALUE": _("VALUE"),
    "VALUE|ID": _("VALUE|ID"),
    "VERB": _("VERB"),
    "WORD": _("WORD"),
    "WORD=N": _("WORD=N"),
}
_TYPES = {int: "NUMBER", float: "NUMBER", Path: "PATH"}
_BY_NAME = {
    "ids": "ID",
    "partner": "PARTNER",
    "until": "TIME",
    "as": "NAME",
    "name": "NAME",
    "officer": "NAME",
}


def name_values(params: list[Any]) -> None:
    """Say in the language of this session what stands for the value of each argument and option."""
    for param in params:
        argument = param.param_type_name == "argument"
        if not argument and (param.is_flag or param.count):
            continue
        descriptor = param.type_descriptor
        guessed = "PATH" if descriptor.is_path else _BY_NAME.get(param.name or "")
        guessed = guessed or _TYPES.get(descriptor.annotation, "TEXT")
        plain = (param.metavar or guessed).strip("[]").removesuffix("…")
        known = METAVARS.get(plain)
        param.metavar = tr(known) if known is not None else plain
        if argument:
            param.display_type_rich = lambda ctx: None


class Command(TyperCommand):
    """A command whose help is whole in the reader's language."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_values(self.params)

    def get_help(self, ctx: Any) -> str:
        """Return the help text."""
        return in_language(super().get_help(ctx)) + "\n" + everywhere(ctx)


class Group(TyperGroup):
    """A group of commands (`rules diff`, `rules apply`) in the reader's language."""

    def get_help(self, ctx: Any) -> str:
        """Return the help text."""
        return in_language(super().get_help(ctx)) + "\n" + everywhere(ctx)


class Falling(Group):
    """A group whose first command may be left out: `recall ID` is `recall ask ID`, `recall` alone is `recall list`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command in front of arguments that name none."""
        first = next((arg for arg in args if not arg.startswith("-")), None)
        if first not in self.commands and not {"--help", "-h"}.intersection(args):
            names = list(self.commands)
            args = [names[0] if first is not None else names[1], *args]
        return super().parse_args(ctx, args)


class Root(Group):
    """`cordiale`: knows every command by name and loads one when it is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in the order people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Load one command; None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"cordiale.cli.{COMMANDS[cmd_name][0]}")
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, tr(words)) for name, (_module, words) in COMMANDS.items()])


def group(help_id: str, cls: type[Group] = Group) -> typer.Typer:
    """Return an empty group of commands."""
    return typer.Typer(
        cls=cls,
        help=tr(help_id),
        no_args_is_help=cls is Group,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )


def single() -> typer.Typer:
    """Return an app for a module that is one command."""
    return typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

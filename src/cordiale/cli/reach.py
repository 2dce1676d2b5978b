"""The desk a command asks: of the node in this folder, or by REST of a node elsewhere (`--at URL --token-file FILE`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from cordiale.cli.officer import acting
from cordiale.cli.opened import opened
from cordiale.cli.session import current
from cordiale.platform.errors import ConfigurationError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.views.display import Show
    from cordiale.node.node import Node
    from cordiale.sdk.client import Client


class Reached(Protocol):
    """Somebody's desk: `ask` calls a verb of `cordiale.desk.verbs` by its name, and returns its answer."""

    def ask(self, verb: str, /, *given: Any, **named: Any) -> Any:
        """Call a verb."""

    def display(self) -> Show:
        """Return what lays out a marking for who asks."""


@dataclass(frozen=True, slots=True)
class Here:
    """The desk of an opened node."""

    node: Node
    actor: Actor

    def ask(self, verb: str, /, *given: Any, **named: Any) -> Any:
        """Call a verb."""
        from cordiale.desk import verbs

        return getattr(verbs, verb)(self.node.desk, self.actor, *given, **named)

    def display(self) -> Show:
        """Return what lays out a marking, with the scales in force here."""
        from cordiale.desk.views.display import display

        return display(self.node.desk, self.actor, current().lang)


@dataclass(frozen=True, slots=True)
class There:
    """The desk of a node elsewhere, as the person whose token is sent."""

    client: Client

    def ask(self, verb: str, /, *given: Any, **named: Any) -> Any:
        """Call a verb; raises ConfigurationError for one that is not done from afar."""
        from cordiale.cli import far

        known = far.VERBS.get(verb)
        if known is None:
            raise elsewhere()
        return known(self.client, *given, **named)

    def display(self) -> Show:
        """Return what lays out a marking; national levels stand as they are written, since their scales are there."""
        from cordiale.release.banner import banner

        lang = current().lang
        return lambda marking: banner(frozenset(marking), lang)


@contextmanager
def reached(officer: str | None = None) -> Iterator[Reached]:
    """Reach the desk of this session, as who runs the command, or as the `officer` who is said to act.

    Raises ConfigurationError where a token already says who acts.
    """
    session = current()
    if not session.at:
        with opened() as (node, actor):
            yield Here(node, acting(officer, actor))
        return
    if officer:
        raise ConfigurationError("far-as", _("The token says who acts: leave out --as."))
    if session.token_file is None:
        raise ConfigurationError(
            "far-token", _("Say where the token of that node is: --token-file FILE. See: cordiale token add")
        )
    from cordiale.sdk.client import connect

    token = session.token_file.read_text("utf-8").strip()
    with connect(session.at, token, lang=session.lang, certificate=session.certificate) as client:
        yield There(client)


def elsewhere() -> ConfigurationError:
    """Return what answers a command that is done at the node itself."""
    return ConfigurationError("far-command", _("This is done at the node itself: leave out --at."))


def one_file(paths: list[str]) -> Path | None:
    """Return the one file that is sent to a node elsewhere, None for standard input; raises ConfigurationError."""
    if len(paths) != 1 or (paths[0] != "-" and not Path(paths[0]).is_file()):
        raise ConfigurationError(
            "far-one-file", _("One file at a time is sent to a node elsewhere: name a file, or -.")
        )
    return None if paths[0] == "-" else Path(paths[0])

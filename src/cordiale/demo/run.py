"""The demonstration from beginning to end."""

from __future__ import annotations

import contextlib
import fcntl
import json
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from rich.console import Console
from rich.text import Text

from cordiale.demo import chapter as chapters
from cordiale.demo import checker, given, outcome, process, story
from cordiale.demo.expectation import expectation
from cordiale.demo.measured import Measured, measure_input, measure_scenario
from cordiale.demo.partnership import NODES
from cordiale.platform.errors import Conflict
from cordiale.platform.languages import _, text

STATE: Final = "demo.json"
WIDTH: Final = 110
"""Columns of the words where no terminal says how wide it is."""

FINDING: Final = "finding/finding"
"""What the first link opens."""

DEFAULT_FOLDER: Final = Path(".demo")


class State(msgspec.Struct):
    """What a demonstration folder remembers: its ports, its input, what was measured when it was made."""

    ports: dict[str, int]
    inputs: list[str]
    done: bool = False
    imported: int = 0
    set_aside: int = 0
    latencies: list[float] = []
    people: bool = False


def demo(
    *,
    folder: Path | None = None,
    fresh: bool = False,
    once: bool = False,
    as_json: bool = False,
    inputs: Sequence[Path] = (),
    lang: str = "en",
    command: process.Command = process.own_process,
) -> int:
    """Run the demonstration and return the exit code: 0, or 1 when something leaked or did not arrive.

    Serves until Ctrl-C unless `once`. Words go to standard error under `as_json`, whose one object is the last line of
    standard output. `command` runs one command line. Raises a CordialeError saying what to do when it cannot go on; nothing it started is left running.
    """
    console = Console(stderr=as_json, highlight=False)
    if not console.is_terminal:
        console.width = WIDTH
    place = (folder or DEFAULT_FOLDER).resolve()
    paths = [p.resolve() for p in inputs]
    with _ended_by_signal(), _alone(place):
        state = _state(place, paths, fresh, console, lang)
        with process.serving([]) as servers:
            result, doors = _play(process.Nodes(place, command), state, paths, servers, console, lang)
            outcome.show(console, result, lang)
            if as_json:
                sys.stdout.write(json.dumps(outcome.as_json(result)) + "\n")
                sys.stdout.flush()
            if not once:
                _links(console, place, doors, result, bool(paths), lang)
                _serve(servers)
    return 1 if result.leaks or any(result.missing.values()) else 0


def _play(
    nodes: process.Nodes,
    state: State,
    paths: list[Path],
    servers: list[process.Server],
    console: Console,
    lang: str,
) -> tuple[outcome.Outcome, Mapping[str, str]]:
    def say(message_id: str, **params: Any) -> None:
        console.print(Text("· " + text(lang, message_id, **params), style="dim"))

    place = nodes.folder
    for port in state.ports.values():
        if not process.is_free(port):
            raise process.busy(port)
    read = given.read(paths) if paths else None
    if not state.done:
        say(_("Making three nodes in {folder}"), folder=str(place))
        story.make(nodes, state.ports)
        if read is None:
            say(_("Importing the scenario: each node its own chapter"))
            taken = story.load(nodes)
        else:
            say(
                _("Importing {count} objects into the node of Canada, in parts with different markings"),
                count=len(read.objects),
            )
            taken = given.load(nodes, place / "parts", read)
        state.imported, state.set_aside = taken.imported, taken.set_aside
    say(_("Starting the three nodes"))
    for node in NODES:
        url = f"http://127.0.0.1:{state.ports[node.name]}/"
        servers.append(process.start(node.name, place / node.name, url))
    for server in servers:
        process.wait_until_answering(server)
    doors = story.doors(nodes)
    measured = Measured(nodes, servers, state.latencies, fresh=not state.done, say=say, doors=doors)
    result = measure_scenario(measured, state) if read is None else measure_input(measured, state, read)
    state.latencies, state.done = measured.latencies, True
    _remember(place, state)
    return result, doors


def _state(place: Path, paths: list[Path], fresh: bool, console: Console, lang: str) -> State:
    """Return the folder's state, made anew when asked, when it was left half-made, or when the input is another."""
    file = place / STATE
    inputs = [str(p) for p in paths]
    held = None
    if file.exists():
        with contextlib.suppress(msgspec.DecodeError):
            held = msgspec.json.decode(file.read_bytes(), type=State)
    if held is not None and held.done and held.people and held.inputs == inputs and not fresh:
        return held
    foreign = [p.name for p in place.iterdir() if p.name != ".lock"]
    if foreign and not file.exists():
        raise Conflict(
            "demo.folder",
            _("{folder} holds other files and was not made by the demonstration: choose another folder."),
            folder=str(place),
        )
    if held is not None and not fresh:
        console.print(
            Text(
                text(
                    lang, _("Starting anew: the last demonstration here was cut short, or had another input.")
                ),
                style="dim",
            )
        )
    for name in (*(n.name for n in NODES), "parts"):
        shutil.rmtree(place / name, ignore_errors=True)
    ports = dict(zip((n.name for n in NODES), process.free_ports(len(NODES)), strict=True))
    state = State(ports=ports, inputs=inputs, people=True)
    _remember(place, state)
    return state


def _remember(place: Path, state: State) -> None:
    new = place / (STATE + ".new")
    new.write_bytes(msgspec.json.format(msgspec.json.encode(state)))
    new.replace(place / STATE)


def _links(
    console: Console, place: Path, doors: Mapping[str, str], result: outcome.Outcome, real: bool, lang: str
) -> None:
    """Print numbered links to what is worth looking at; each signs in as somebody of the node."""

    def to(node: str, page: str, who: str = "") -> str:
        return f"{doors[node + who]}&{urlencode({'next': '/' + page})}"

    officers = {n.name: expectation().acts[n.name].title for n in NODES}
    objects = {
        n.name: (
            text(lang, _("{node}: objects, as {officer}"), node=n.called(lang), officer=officers[n.name]),
            to(n.name, "objects"),
        )
        for n in NODES
    }
    found: list[tuple[str, str]] = []
    if not real:
        mine = chapters.objects_of("canada")
        finding = "objects/" + mine[FINDING]["id"]
        officer = officers["canada"]
        found += [
            (
                text(lang, _("Canada, as {officer}: a finding that waits for a decision"), officer=officer),
                to("canada", finding),
            ),
            (
                text(lang, _("France, as {officer}: where it arrives"), officer=officers["france"]),
                to("france", "objects"),
            ),
            objects["united-kingdom"],
            objects["canada"],
        ]
    else:
        found += objects.values()
    found.append(
        (
            text(lang, _("Canada: what each partner sees, and why not the rest")),
            to("canada", "release/partners"),
        )
    )
    if not real:
        relays = "objects/" + mine["phishing/relays"]["id"]
        found.append((text(lang, _("An object of which partners see a part only")), to("canada", relays)))
        tear_line = _tear_line_at(place / "france")
        if tear_line:
            found.append(
                (text(lang, _("Its tear-line, as France sees it")), to("france", "objects/" + tear_line))
            )
        if result.response is not None:
            page = f"domains/information/response?id={result.response.id}"
            found.append(
                (
                    text(lang, _("A collective response, as the United Kingdom sees it")),
                    to("united-kingdom", page),
                )
            )
    found.append((text(lang, _("France: its partners")), to("france", "partners")))
    analyst = to("canada", "objects", f"/{story.ANALYST}")
    found.append((text(lang, _("Canada, as an analyst who is cleared for little")), analyst))
    console.print()
    for number, (what, url) in enumerate(found, 1):
        console.print(Text(f"{number:>3}. {what}\n     {url}"), soft_wrap=True)
    if not real:
        said = _(
            "Five minutes: open 1, see who would get the finding and why two of its objects stay in Canada, and release it to France. "
            "Open 2 and find it there. Recall it in 1, and read the receipt."
        )
        console.print(Text("\n" + text(lang, said)))
    console.print(
        Text(
            "\n"
            + text(
                lang,
                _(
                    "The links sign you in, for a week. Real nodes have no such links: people sign in by a passkey."
                ),
            ),
            style="dim",
        )
    )
    console.print(Text("\n" + text(lang, _("Serving. Ctrl-C ends the three nodes.")), style="bold"))


def _tear_line_at(folder: Path) -> str | None:
    """Return the id of the tear-line France holds of the relay servers."""
    share, objects = expectation().of("canada", "france"), chapters.objects_of("canada")
    found = checker.compare("france", "canada", objects, share, checker.held(folder))
    return found.tear_lines.get("phishing/relays")


def _serve(servers: Sequence[process.Server]) -> None:
    """Wait for Ctrl-C; a node that ends by itself ends the demonstration with its last words."""
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            for server in servers:
                process.check(server)
            time.sleep(0.5)


@contextlib.contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Keep a second demonstration out of the same folder."""
    place.mkdir(parents=True, exist_ok=True)
    with (place / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict(
                "demo.running",
                _(
                    "A demonstration is running in {folder} already: end it with Ctrl-C, or choose another folder."
                ),
                folder=str(place),
            ) from error
        yield


@contextlib.contextmanager
def _ended_by_signal() -> Iterator[None]:
    """Turn SIGTERM into the same orderly end as Ctrl-C."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before: Mapping[int, Any] = {n: signal.signal(n, interrupt) for n in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

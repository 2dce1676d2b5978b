"""`cordiale serve`."""

from __future__ import annotations

from typing import Annotated

import typer

from cordiale.cli.opened import opened
from cordiale.cli.output import emit
from cordiale.cli.tree import Command, single, tr
from cordiale.platform.languages import _

app = single()


@app.command(
    cls=Command, help=tr(_("Run the node until Ctrl-C: interface, REST, TAXII, exchange with partners."))
)
def serve(
    listen: Annotated[
        str | None,
        typer.Option(help=tr(_("Address to listen on, HOST:PORT; port 0 takes any free one."))),
    ] = None,
    pages: Annotated[
        bool, typer.Option("--pages/--no-pages", help=tr(_("Serve the interface as well.")))
    ] = True,
    api: Annotated[
        bool | None,
        typer.Option("--api/--no-api", help=tr(_("Serve the REST interface as well; else as the pages."))),
    ] = None,
    until_input_ends: Annotated[bool, typer.Option("--until-input-ends", hidden=True)] = False,
) -> None:
    """Serve the node."""
    import signal

    from cordiale.cli import answering
    from cordiale.desk.person.people import anybody
    from cordiale.node.initialise import address
    from cordiale.rest.pace import Paces
    from cordiale.web.serve import serve as run

    host, port = address(listen) if listen else (None, None)
    with opened() as (node, _actor):

        def answers(name: str, at: str) -> str:
            said = tr(_("{name} answers at {url}"), name=name, url=at)
            if pages and not anybody(node.desk):
                hint = _("Nobody can sign in yet. Add somebody: cordiale person add NAME --role operator")
                said += "\n" + tr(hint)
            return said

        def ready(at: str) -> None:
            name = node.desk.node
            emit({"node": name, "url": at}, lambda: answers(name, at))

        # The server ends by raising the signal anew: it then means "close the node", not "die".
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _end)
        if until_input_ends:
            _end_with_input()
        node.start()
        rest = pages if api is None else api
        paces = Paces(node.settings.limits.api_per_minute, node.desk.clock)
        run(
            node,
            host=host,
            port=port,
            pages=pages,
            ready=ready,
            mounting=answering.faces if rest else None,
            pace=paces.wait,
            worker=[*answering.COMMAND, *([] if rest else [answering.NO_API])] if rest or pages else (),
        )


def _end(number: int, frame: object) -> None:
    raise SystemExit(0)


def _end_with_input() -> None:
    """End in order once standard input closes: who started this server is gone, even by SIGKILL."""
    import os
    import signal
    import sys
    import threading

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="input", daemon=True).start()

"""The command `cordiale`: read the line, run one command, answer, and end with its exit code.

Exit codes (`cordiale.platform.errors`): 0 done, 1 failed, 2 wrong usage, 3 configuration,
4 input, 5 not found, 6 not allowed, 7 conflict, 8 unavailable, 9 disk full, 10 integrity,
11 protocol, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from cordiale.cli.session import begin, current, read_line
from cordiale.platform.languages import LANGUAGES, _

USAGE = 2
CONFIGURATION = 3
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; entry point of the `cordiale` script."""
    session, rest = read_line(sys.argv[1:] if argv is None else argv)
    begin(session)
    if session.unknown_lang:
        known = ", ".join(LANGUAGES)
        sentence = _("There is no language “{lang}” here: choose one of {known}.")
        return _say("usage", sentence, USAGE, lang=session.unknown_lang, known=known)
    if session.at and _at_the_node(rest):
        return _say("far-command", _("This is done at the node itself: leave out --at."), CONFIGURATION)
    return run(rest)


def _at_the_node(rest: Sequence[str]) -> bool:
    """Tell whether a command line names a command that is not done from afar; help is for all of them."""
    from cordiale.cli.commands import FROM_AFAR

    named = next((word for word in rest if not word.startswith("-")), "")
    return bool(named) and named not in FROM_AFAR and not {"--help", "-h"}.intersection(rest)


def run(rest: Sequence[str]) -> int:
    """Run what is left of a command line once its session is known."""
    from cordiale.cli.root import command

    try:
        answer = command()(args=list(rest), prog_name="cordiale", standalone_mode=False)
        sys.stdout.flush()
        return answer if isinstance(answer, int) else 0
    except KeyboardInterrupt:
        return _say("interrupted", _("Stopped. What was done is kept; repeat to go on."), INTERRUPTED)
    except BrokenPipeError:
        # The reader went away (`| head`): not an error, and nothing more can be written there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except Exception as error:  # noqa: BLE001 (every failure is told in words, none as a traceback)
        from cordiale.cli.failures import answer_failure

        if current().debug:
            import traceback

            traceback.print_exc()
        return answer_failure(error)


def _say(code: str, message_id: str, exit_code: int, **params: str) -> int:
    from cordiale.cli.failures import say

    return say(code, message_id, params, exit_code)


if __name__ == "__main__":
    sys.exit(main())

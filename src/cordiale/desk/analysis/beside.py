"""Long work beside the request that asked for it: a thread of its own, whose job says how far it is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from cordiale.desk import jobs
from cordiale.desk.analysis.analyses import analyse
from cordiale.desk.answers import JobView
from cordiale.platform.errors import Unavailable
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

AT_ONCE: Final = 4
"""Jobs that run beside requests in one process, writers take turns anyway; a node that serves with several has as many times this."""

_busy = threading.BoundedSemaphore(AT_ONCE)


def analyse_beside(desk: Desk, actor: Actor, dataset: str, name: str) -> JobView | None:
    """Run an analysis in the background and return its job, None where what is known is current already.

    Raises what `analyse` raises before it begins.
    """
    return beside(desk, actor, lambda began: analyse(desk, actor, dataset, name, began=began))


def beside(desk: Desk, actor: Actor, run: Callable[[Callable[[str], None]], object]) -> JobView | None:
    """Run a job in a thread of its own; return when it has begun, and raise what keeps it from beginning.

    None where it ended without having anything to do.
    """
    if not _busy.acquire(blocking=False):
        raise Unavailable("imports-busy", _("Several jobs are under way: wait for one of them to end."))
    begun = threading.Event()
    found: list[str] = []
    failed: list[BaseException] = []

    def began(job: str) -> None:
        found.append(job)
        begun.set()

    def work() -> None:
        try:
            run(began)
        except Exception as error:  # noqa: BLE001 - after it began, the job itself says how it ended
            failed.append(error)
        finally:
            _busy.release()
            begun.set()

    threading.Thread(target=work, name="beside", daemon=True).start()
    begun.wait()
    if found:
        return jobs.job_show(desk, actor, found[0])
    if failed:
        raise failed[0]
    return None

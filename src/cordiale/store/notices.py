"""Hear at once what other processes of a PostgreSQL store commit, and know which one of them leads.

Each commit that wrote something is announced on a channel of the store's schema (`NOTIFY`); a thread with a connection
of its own listens. That connection also asks for the lock of the one process that does what must be done once, such as
visiting partners: the database gives it to another as soon as its holder is gone.
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Engine

from cordiale.platform.log import logger
from cordiale.store import engines

AGAIN_S: Final = 2.0
"""Seconds between two tries for the lead, and to reach a database that is away."""

_LISTEN: Final = "SELECT format('LISTEN %I', 'cordiale_' || md5(current_schema()))"
_LEAD: Final = "SELECT pg_try_advisory_lock(hashtext('cordiale lead ' || current_schema()))"
_TELL: Final = (
    "SELECT pg_notify('cordiale_' || md5(current_schema()), %s)"
    " WHERE pg_current_xact_id_if_assigned() IS NOT NULL"
)

log = logger("store")


def tell(driver: Any, own: str) -> bool:
    """Announce the transaction about to be committed, unless it wrote nothing; tell whether it did."""
    return driver.execute(_TELL, (own,)).fetchone() is not None


class Notices:
    """Call `heard` after commits of other processes until `close`; `leads` tells whether this process leads.

    Without an engine (SQLite) nothing is heard, commits are noticed by `Store.changed`, and this process leads.
    After the database was away `heard` is called once, since anything may have happened meanwhile.
    """

    def __init__(self, engine: Engine | None, own: str, heard: Callable[[], None]) -> None:
        self._engine, self._own, self._heard = engine, own, heard
        self._leads = engine is None
        self._ended, self._end = os.pipe()
        self._thread: threading.Thread | None = None
        if engine is not None:
            self._thread = threading.Thread(target=self._run, name="cordiale-notices", daemon=True)
            self._thread.start()

    @property
    def leads(self) -> bool:
        """Tell whether this process does what one alone is to do."""
        return self._leads

    def close(self) -> None:
        """Stop listening and give up the lead."""
        if self._end < 0:
            return
        end, self._end = self._end, -1
        os.close(end)  # the thread wakes up by that
        if self._thread is not None:
            self._thread.join(10)
        os.close(self._ended)
        self._leads = False

    def _run(self) -> None:
        assert self._engine is not None
        missed = False
        while not self._over(0):
            try:
                with engines.alone(self._engine) as connection:
                    connection.execute(connection.execute(_LISTEN).fetchone()[0])
                    if missed:
                        self._heard()
                    self._listen(connection)
            except Exception as error:  # noqa: BLE001 (whatever took the database away, it is tried again)
                self._leads = False
                log.warning("the database is away: commits of others are noticed late", error=error)
                missed = True
                if self._over(AGAIN_S):
                    return
        self._leads = False

    def _listen(self, connection: Any) -> None:
        while True:
            if not self._leads:
                self._leads = bool(connection.execute(_LEAD).fetchone()[0])
                if self._leads:
                    self._heard()
            # what came with an answer to a question of ours is in no socket any more: it is asked for first
            others = {notice.payload for notice in connection.notifies(timeout=0)} - {self._own}
            if others:
                self._heard()
                continue
            wait = None if self._leads else AGAIN_S
            ready, _w, _x = select.select([connection.fileno(), self._ended], [], [], wait)
            if self._ended in ready:
                return

    def _over(self, seconds: float) -> bool:
        return bool(select.select([self._ended], [], [], seconds)[0])

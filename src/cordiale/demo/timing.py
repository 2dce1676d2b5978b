"""How long a publication takes: from the commit of the officer's act until a search at the partner finds it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from threading import Event, Thread
from urllib.parse import urlencode
from urllib.request import OpenerDirector

from cordiale.demo.process import Server, page

LOOK_S = 0.01
PATIENCE_S = 20.0


class Watch:
    """Searches a partner's pages, in the browser of its officer, for an object until it is found, and remembers when."""

    def __init__(self, partner: Server, browser: OpenerDirector, words: str, stix_id: str) -> None:
        self._browser = browser
        self._url = partner.url + "objects?" + urlencode({"q": words})
        self._id = stix_id
        self._ended = Event()
        self.found_at: float | None = None
        self._thread = Thread(target=self._look, daemon=True)
        self._thread.start()

    def wait(self, patience: float = PATIENCE_S) -> float | None:
        """Return the instant (seconds since the epoch) at which it was found, None when it was not in time."""
        self._thread.join(patience)
        self._ended.set()
        return self.found_at

    def _look(self) -> None:
        while not self._ended.wait(LOOK_S):
            with contextlib.suppress(OSError):
                if self._id in page(self._url, browser=self._browser):
                    self.found_at = time.time()
                    return


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which this share of the values lies (nearest rank); 0 without any."""
    ordered = sorted(values)
    if not ordered:
        return 0.0
    return ordered[max(0, min(len(ordered) - 1, -(-int(share * 1000 * len(ordered)) // 1000) - 1))]

"""A client of a node's REST interface: one method per verb, typed answers, lists that are read as they are needed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import httpx
import msgspec

from cordiale.sdk.answering import value
from cordiale.sdk.asks import Asks, content
from cordiale.sdk.connection import opened
from cordiale.sdk.consents import Consent, ConsentAnswerAsked, ConsentAsked, Consents
from cordiale.sdk.defending import Defending
from cordiale.sdk.finding import Finding
from cordiale.sdk.handling import Handling
from cordiale.sdk.lists import Lazy
from cordiale.sdk.objects import (
    Attachment,
    Graph,
    MarkAsked,
    Marked,
    NoteAsked,
    Noted,
    Opinion,
    Remarks,
    Shown,
    Versions,
)
from cordiale.sdk.recalls import ConfirmAsked, RecallAsked, Recalled, RecallReceived, Recalls, RecallsReceived
from cordiale.sdk.release import (
    Acted,
    Preview,
    ProofAsked,
    RefuseAsked,
    ReleaseAsked,
    RulesAsked,
    RulesDiff,
    Why,
)
from cordiale.sdk.running import Running
from cordiale.sdk.together import Together
from cordiale.sdk.work import ImportReport, Job, Jobs, RetryAsked, SetAside, SetAsidePage

ENDED: Final = frozenset({"done", "stopped", "failed", "interrupted"})
"""States of a job that is over."""


def connect(
    url: str,
    token: str,
    *,
    lang: str = "en",
    transport: httpx.BaseTransport | None = None,
    certificate: Path | None = None,
) -> Client:
    """Return a client of the node at `url`, as the person the token was made for.

    A node that answers by TLS itself has a certificate that it signed for itself: give it as `certificate` (the node's
    `keys/tls.crt`, PEM), and nobody without its key is sent anything. Raises ConfigurationError where the token would go
    in the clear beyond this machine.
    """
    return Client(Asks(opened(url, token, lang=lang, transport=transport, certificate=certificate)))


class Client(Finding, Running, Together, Handling, Defending):
    """What one person can do at a node. Use as `with connect(url, token) as node`."""

    def __init__(self, asks: Asks) -> None:
        self._ask = asks

    def close(self) -> None:
        """Close the connections."""
        self._ask.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # Objects ------------------------------------------------------------------------------------

    def show(self, stix_id: str) -> Shown:
        """Read an object: what each source states, references, files, and what partners have."""
        return self._ask.get(f"objects/{stix_id}", Shown)

    def versions(self, stix_id: str) -> Versions:
        """Read the newest versions of each statement about an object."""
        return self._ask.get(f"objects/{stix_id}/versions", Versions)

    def remarks(self, stix_id: str) -> Remarks:
        """Read the notes, opinions, translations and sightings of an object."""
        return self._ask.get(f"objects/{stix_id}/remarks", Remarks)

    def neighbours(self, stix_id: str) -> Graph:
        """Read what an object refers to and what refers to it."""
        return self._ask.get(f"objects/{stix_id}/neighbours", Graph)

    def path(self, stix_id: str, to: str) -> Graph:
        """Find a shortest connection between two objects."""
        return self._ask.get(f"objects/{stix_id}/path", Graph, {"to": to})

    def raw(self, stix_id: str, *, source: str | None = None) -> dict[str, Any]:
        """Read an object as STIX."""
        found: dict[str, Any] = msgspec.json.decode(self.raw_bytes(stix_id, source=source))
        return found

    def raw_bytes(self, stix_id: str, *, source: str | None = None) -> bytes:
        """Read an object as the bytes of STIX."""
        return self._ask.ask("GET", f"objects/{stix_id}/raw", {"source": source}).content

    def attachment(self, stix_id: str, sha256: str) -> bytes:
        """Download a file attached to an object."""
        return self._ask.ask("GET", f"objects/{stix_id}/files/{sha256}").content

    def attach(
        self,
        stix_id: str,
        source: Path | bytes | BinaryIO,
        *,
        name: str | None = None,
        media_type: str = "application/octet-stream",
        marking: str | None = None,
        key: str | None = None,
    ) -> Attachment:
        """Attach a file to an object of the node's own, under a marking beyond the object's where one is given."""
        called = name or (source.name if isinstance(source, Path) else "file")
        asked = {"name": called, "media_type": media_type, "marking": marking}
        return value(self._ask.send(f"objects/{stix_id}/files", content(source), key, asked), Attachment)

    def say(
        self,
        stix_id: str,
        content: str = "",
        *,
        opinion: Opinion | None = None,
        marking: str | None = None,
        key: str | None = None,
    ) -> str:
        """Write a note about an object, or an opinion; return the id of what was written."""
        asked = NoteAsked(content=content, opinion=opinion, marking=marking)
        return self._ask.post(f"objects/{stix_id}/notes", asked, Noted, key).id

    def mark(
        self, stix_id: str, marking: str, *, source: str | None = None, key: str | None = None
    ) -> Marked:
        """Give an object another marking."""
        return self._ask.post(
            f"objects/{stix_id}/marking",
            MarkAsked(marking=marking, source=source),
            Marked,
            key,
        )

    # Release ------------------------------------------------------------------------------------

    def preview(self, *, partner: str | None = None, ids: Sequence[str] | None = None) -> Preview:
        """Say what partners have, would get, and would not get, by reason."""
        return self._ask.get("preview", Preview, {"partner": partner, "id": list(ids) if ids else None})

    def why(self, stix_id: str, partner: str) -> Why:
        """Say why an object reached a partner or did not."""
        return self._ask.get(f"objects/{stix_id}/why", Why, {"partner": partner})

    def release(
        self,
        partner: str,
        *,
        ids: Iterable[str] = (),
        types: Iterable[str] = (),
        marking_within: Iterable[str] = (),
        until: datetime | None = None,
        reason: str = "",
        key: str | None = None,
    ) -> Acted:
        """Approve objects for a partner."""
        asked = ReleaseAsked(
            partner=partner,
            ids=tuple(ids),
            types=tuple(types),
            marking_within=tuple(marking_within),
            until=until,
            reason=reason,
        )
        return self._ask.post("releases", asked, Acted, key)

    def confirm_release(self, act: str, *, key: str | None = None) -> Acted:
        """Confirm an approval as its second officer."""
        return self._ask.post(f"releases/{act}/confirm", None, Acted, key)

    def refuse(
        self,
        partner: str,
        ids: Iterable[str],
        *,
        until: datetime | None = None,
        reason: str = "",
        key: str | None = None,
    ) -> Acted:
        """Keep objects from a partner; with `until`, only so long."""
        asked = RefuseAsked(partner=partner, ids=tuple(ids), until=until, reason=reason)
        return self._ask.post("refusals", asked, Acted, key)

    def prove(
        self,
        partner: str,
        stix_id: str | None = None,
        *,
        received: bool | None = None,
        since: bytes | None = None,
    ) -> bytes:
        """Make the proof file of an object with a partner, or of the log alone."""
        asked = ProofAsked(partner=partner, id=stix_id, received=received, since=since)
        return self._ask.send("proofs", asked, None).content

    def rules_diff(self, text: str) -> RulesDiff:
        """Say what rules would change, exactly, and change nothing."""
        return self._ask.post("rules/diff", RulesAsked(text=text), RulesDiff, None)

    def rules_apply(self, text: str, token: str, *, key: str | None = None) -> RulesDiff:
        """Put rules in force whose preview somebody looked at."""
        return self._ask.post("rules/apply", RulesAsked(text=text, token=token), RulesDiff, key)

    # Recalls ------------------------------------------------------------------------------------

    def recalls(self, *, partner: str | None = None, limit: int = 50) -> Lazy[Recalled]:
        """List the recalls of the node, newest first."""
        return self._ask.list("recalls", {"partner": partner, "limit": limit}, Recalls)

    def recalls_received(self, *, limit: int = 50) -> Lazy[RecallReceived]:
        """List the recalls that partners sent, newest first."""
        return self._ask.list("recalls/received", {"limit": limit}, RecallsReceived)

    def recall(self, asked: RecallAsked, *, key: str | None = None) -> tuple[Recalled, ...]:
        """Ask objects back: one recall for every partner that holds them."""
        return self._ask.post("recalls", asked, Recalls, key).items

    def confirm_recall(self, recall: str, objects: int, *, key: str | None = None) -> Recalled:
        """Send a drafted recall, as somebody who saw how many objects it concerns."""
        return self._ask.post(f"recalls/{recall}/confirm", ConfirmAsked(objects=objects), Recalled, key)

    def drop_recall(self, recall: str, *, key: str | None = None) -> Recalled:
        """Forget a drafted recall that is not to be sent."""
        return self._ask.post(f"recalls/{recall}/drop", None, Recalled, key)

    # Consents -----------------------------------------------------------------------------------

    def consents(self, *, waiting: bool = False, limit: int = 50) -> Lazy[Consent]:
        """List what was asked by the node and of it, newest first."""
        return self._ask.list("consents", {"waiting": waiting or None, "limit": limit}, Consents)

    def ask_consent(self, asked: ConsentAsked, *, key: str | None = None) -> tuple[Consent, ...]:
        """Ask the originators of objects to let them go to one more recipient."""
        return self._ask.post("consents", asked, Consents, key).items

    def answer_consent(self, consent: str, asked: ConsentAnswerAsked, *, key: str | None = None) -> Consent:
        """Grant, refuse or withdraw a consent that a partner asked for."""
        return self._ask.post(f"consents/{consent}/answer", asked, Consent, key)

    # What comes in ------------------------------------------------------------------------------

    def import_(
        self,
        source: Path | bytes | BinaryIO,
        *,
        name: str | None = None,
        marking: str | None = None,
        profile: str | None = None,
        key: str | None = None,
    ) -> Job:
        """Send a file to be taken in; return the job that does it (see `wait` and `import_report`)."""
        called = name or (source.name if isinstance(source, Path) else "upload")
        asked = {"name": called, "marking": marking, "source": profile}
        answer = self._ask.send("imports", content(source), key, asked)
        return value(answer, Job)

    def job(self, job: str) -> Job:
        """Say how far a job is, or how it ended."""
        return self._ask.get(f"jobs/{job}", Job)

    def jobs(self, *, limit: int = 50) -> Lazy[Job]:
        """List jobs, newest first."""
        return self._ask.list("jobs", {"limit": limit}, Jobs)

    def wait(
        self,
        job: str,
        *,
        progress: Callable[[Job], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> Job:
        """Wait for the end of a job, telling `progress` how far it is."""
        pause = 0.05
        while True:
            found = self.job(job)
            if progress is not None:
                progress(found)
            if found.state in ENDED:
                return found
            sleep(pause)
            pause = min(pause * 1.5, 2.0)

    def import_report(self, job: str) -> ImportReport:
        """Say what an import did, or has done so far."""
        return self._ask.get(f"imports/{job}", ImportReport)

    def stop_job(self, job: str) -> Job:
        """Stop a job after its present batch."""
        return self._ask.post(f"jobs/{job}/stop", None, Job, None)

    def resume_job(self, job: str) -> Job:
        """Go on with a job that was stopped, failed or interrupted."""
        return self._ask.post(f"jobs/{job}/resume", None, Job, None)

    def set_aside(self, *, limit: int = 50) -> Lazy[SetAside]:
        """List what could not be taken in, oldest first."""
        return self._ask.list("set-aside", {"limit": limit}, SetAsidePage)

    def set_aside_bytes(self, number: int) -> bytes:
        """Download the bytes of one thing set aside."""
        return self._ask.ask("GET", f"set-aside/{number}/bytes").content

    def retry_set_aside(
        self, numbers: Iterable[int] | None = None, *, key: str | None = None
    ) -> ImportReport:
        """Try again to take in what was set aside: these numbers, or all of it."""
        asked = RetryAsked(numbers=None if numbers is None else tuple(numbers))
        return self._ask.post("set-aside/retry", asked, ImportReport, key)

    def mend_set_aside(self, number: int, corrected: bytes, *, key: str | None = None) -> ImportReport:
        """Import what somebody made of one thing set aside."""
        return value(self._ask.send(f"set-aside/{number}/mend", corrected, key), ImportReport)

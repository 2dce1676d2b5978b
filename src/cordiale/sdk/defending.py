"""Cyber defence by the client: indicators, correlations, warning lists, matching of logs, ATT&CK, and files for tools."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from cordiale.sdk import attack as techniques
from cordiale.sdk import feeds, matching, reading
from cordiale.sdk import indicators as known
from cordiale.sdk import warninglists as lists
from cordiale.sdk.answering import value
from cordiale.sdk.asks import Asks, content
from cordiale.sdk.lists import Lazy
from cordiale.sdk.work import Job


class Defending:
    """What somebody does about indicators; a part of `Client`."""

    _ask: Asks

    def indicators(self, words: str = "", *, expired: bool = False) -> Lazy[known.IndicatorLine]:
        """List indicators with what each is worth, the last changed first."""
        asked = {"q": words, "expired": str(expired).lower()}
        return self._ask.list("cyber/indicators", asked, known.IndicatorLines)

    def indicator(self, stix_id: str) -> known.Indicator:
        """Say what an indicator is worth by each source, who saw it, and which warning lists hold it."""
        return self._ask.get(f"cyber/indicators/{stix_id}", known.Indicator)

    def correlations(self, value: str, *, kind: str = "") -> known.Correlations:
        """List what has to do with a value."""
        return self._ask.get("cyber/correlations", known.Correlations, {"value": value, "kind": kind})

    def correlations_of(self, stix_id: str) -> known.Correlations:
        """List what has to do with an object."""
        return self._ask.get(f"objects/{stix_id}/correlations", known.Correlations)

    def view(self, stix_id: str) -> known.View:
        """Say what each source says of an object, whose word is shown, and why."""
        return self._ask.get(f"objects/{stix_id}/view", known.View)

    def choose(
        self, stix_id: str, property: str, source: str, reason: str, *, key: str | None = None
    ) -> known.View:
        """Choose whose word is shown for a property; "" lets the rule decide again."""
        asked = known.ChoiceAsked(property=property, source=source, reason=reason)
        return self._ask.post(f"objects/{stix_id}/view", asked, known.View, key)

    def duplicates(self, stix_id: str) -> known.Duplicates:
        """List what may be the same as an object, and what was decided."""
        return self._ask.get(f"objects/{stix_id}/duplicates", known.Duplicates)

    def decide_same(
        self, stix_id: str, other: str, same: bool, reason: str, *, key: str | None = None
    ) -> str:
        """Decide that another object is the same and counts as this one, or is not; return the relationship's id."""
        asked = known.SameAsked(other=other, same=same, reason=reason)
        return self._ask.post(f"objects/{stix_id}/duplicates", asked, known.Stated, key).id

    def take_same_back(self, decision: str, *, key: str | None = None) -> None:
        """Take such a decision back, by the relationship that says it."""
        self._ask.post(f"cyber/duplicates/{decision}/back", None, known.Stated, key)

    def warninglists(self) -> tuple[lists.WarningList, ...]:
        """List the warning lists that the node keeps."""
        return self._ask.get("cyber/warninglists", lists.WarningLists).items

    def warned(self, value: str, *, kind: str = "") -> lists.Looked:
        """Say which warning lists hold a value."""
        return self._ask.get("cyber/warninglists/look", lists.Looked, {"value": value, "kind": kind})

    def add_warninglist(self, source: Path | bytes | BinaryIO, *, key: str | None = None) -> lists.ListsAdded:
        """Keep a warning list of MISP's form."""
        sent = self._ask.send("cyber/warninglists", content(source), key)
        return value(sent, lists.ListsAdded)

    def remove_warninglist(self, name: str, *, key: str | None = None) -> tuple[lists.WarningList, ...]:
        """Keep a warning list no longer; return those that are left."""
        asked = lists.ListRemoved(name=name)
        return self._ask.post("cyber/warninglists/remove", asked, lists.WarningLists, key).items

    def match_log(
        self,
        source: Path | bytes | BinaryIO,
        *,
        name: str = "",
        marking: str = "",
        exact: bool = False,
        key: str | None = None,
    ) -> Job:
        """Look through a log for indicators; its job has the id of the run."""
        called = name or (source.name if isinstance(source, Path) else "log")
        asked = {"name": called, "marking": marking, "exact": str(exact).lower()}
        return value(self._ask.send("cyber/runs", content(source), key, asked), Job)

    def match_dataset(
        self, dataset: str, *, marking: Iterable[str] = (), exact: bool = False, key: str | None = None
    ) -> Job:
        """Look through a dataset of records for indicators; its job has the id of the run."""
        asked = matching.DatasetMatchAsked(dataset=dataset, marking=tuple(marking), exact=exact)
        return self._ask.post("cyber/runs/of-dataset", asked, Job, key)

    def read_text(
        self, text: str, *, own: Iterable[str] = (), plain: bool = False, confidence: int = 0
    ) -> reading.Read:
        """Say what would be taken out of a text, and why; nothing is kept."""
        asked = reading.ReadAsked(
            text=text, own=tuple(own), plain="take" if plain else "leave", confidence=confidence
        )
        return self._ask.post("cyber/reading", asked, reading.Read, None)

    def take_text(self, asked: reading.TakeAsked, *, key: str | None = None) -> reading.TakenIn:
        """Take in what a text holds, or some of it."""
        return self._ask.post("cyber/reading/keep", asked, reading.TakenIn, key)

    def match_runs(self) -> Lazy[matching.MatchRun]:
        """List the runs that are kept, newest first, without what was seen."""
        return self._ask.list("cyber/runs", {}, matching.MatchRuns)

    def match_run(self, run: str) -> matching.MatchRun:
        """Read one run with what was seen of each indicator."""
        return self._ask.get(f"cyber/runs/{run}", matching.MatchRun)

    def state_sightings(
        self,
        run: str,
        *,
        indicators: Iterable[str] | None = None,
        marking: Iterable[str] = (),
        sector: str = "",
        key: str | None = None,
    ) -> matching.SightingsStated:
        """State sightings of indicators of a run, or of all that no warning list calls a false alarm."""
        asked = matching.SightingsAsked(
            indicators=None if indicators is None else tuple(indicators),
            marking=tuple(marking),
            sector=sector,
        )
        return self._ask.post(f"cyber/runs/{run}/sightings", asked, matching.SightingsStated, key)

    def drop_run(self, run: str, *, key: str | None = None) -> int:
        """Keep a run no longer; return how many are left."""
        return self._ask.post(f"cyber/runs/{run}/drop", None, matching.RunsKept, key).runs

    def attack(
        self, domain: str = "", *, covered: bool = False, source: str = "", marking: str = ""
    ) -> techniques.Matrix:
        """Read the matrix of ATT&CK with what is held of each technique, by a source or under an atom where they are given."""
        asked = {"domain": domain, "covered": str(covered).lower(), "source": source, "marking": marking}
        return self._ask.get("cyber/attack", techniques.Matrix, asked)

    def attack_layer(self, domain: str = "", *, source: str = "", marking: str = "") -> dict[str, Any]:
        """Download the matrix, narrowed likewise, as a layer of the Navigator."""
        asked = {"domain": domain, "source": source, "marking": marking}
        found = self._ask.ask("GET", "cyber/attack/layer", asked)
        layer: dict[str, Any] = msgspec.json.decode(found.content)
        return layer

    def read_layer(
        self, layer: Path | bytes | BinaryIO, domain: str = "", *, source: str = "", marking: str = ""
    ) -> techniques.Layer:
        """Read a layer beside what is held, narrowed likewise; nothing is kept of it."""
        asked = {"domain": domain, "source": source, "marking": marking}
        sent = self._ask.send("cyber/attack/layer", content(layer), None, asked)
        return value(sent, techniques.Layer)

    def export_indicators(self, format: str, words: str = "", *, confidence: int = 0) -> bytes:
        """Download indicators in the format of a tool, `misp`, or `misp-feed` (a ZIP)."""
        asked = {"format": format, "q": words, "confidence": confidence}
        return self._ask.ask("GET", "cyber/export", asked).content

    def add_feed(
        self,
        name: str,
        format: str,
        words: str = "",
        *,
        confidence: int = 0,
        shared: bool = False,
        key: str | None = None,
    ) -> feeds.Feed:
        """Keep a search under a name, to be fetched in a format."""
        asked = feeds.FeedAsked(name=name, format=format, q=words, confidence=confidence, shared=shared)
        return self._ask.post("feeds", asked, feeds.Feed, key)

    def drop_feed(self, name: str, *, key: str | None = None) -> tuple[feeds.Feed, ...]:
        """Keep a feed no longer; return those that are left."""
        return self._ask.post(f"feeds/{name}/drop", None, feeds.Feeds, key).items

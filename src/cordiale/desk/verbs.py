"""Every verb in one place for the faces; importing this imports no room before it is used.

| verb | signature |
|---|---|
| `import_` | `(desk, actor, sources, *, source=None, marking=None, progress=None) -> ImportReport` |
| `show` | `(desk, actor, stix_id, *, around=True) -> Shown` |
| `search` | `(desk, actor, words="", *, lang="en", type=None, after=None, limit=50) -> Page` |
| `counts` | `(desk, actor) -> dict[type, int]` |
| `facets` | `(desk, actor, Question) -> Facets` |
| `listed` | `(desk, actor, Question, *, lang="en", after=None, limit=50, partners=False) -> tuple[Page, Facets]` |
| `seeable` | `(desk, actor) -> tuple[Seeing, ...]` |
| `see_as` | `(desk, actor, kind, name) -> Actor` (who looks with somebody else's rights, within their own) |
| `see_as_begin` / `see_as_end` | `(desk, actor, kind, name) -> None` (written down) |
| `translated` | `(desk, actor, items, lang) -> dict[id, name]` |
| `export_objects` | `(desk, actor, Question, form="csv", *, columns=COLUMNS) -> Exported` |
| `feed_add` | `(desk, actor, name, format, Question, *, shared=False, confidence=0) -> Feed` |
| `feed_list` / `feed_drop` | `(desk, actor) -> tuple[Feed, ...]` / `(desk, actor, name) -> None` |
| `feed_fetch` | `(desk, actor, name, format=None) -> Bytes` (what its reader may read) |
| `news` | `(desk, actor) -> News` (differs when what the reader sees does) |
| `summaries` | `(desk, actor, ids, *, partners=False) -> tuple[Summary, ...]` |
| `mark_trial` | `(desk, actor, ids, atoms) -> MarkTrial` (changes nothing) |
| `searches` | `(desk, actor) -> tuple[Saved, ...]` |
| `save_search` | `(desk, actor, name, address, Question, *, watched=False) -> Saved` |
| `watch_search` | `(desk, actor, search, watched) -> Saved` |
| `search_seen` / `drop_search` | `(desk, actor, search) -> None` |
| `alerts` | `(desk, actor) -> tuple[Alert, ...]` |
| `neighbours` | `(desk, actor, ids) -> Graph` |
| `path` | `(desk, actor, start, goal) -> Graph` |
| `history` | `(desk, actor, stix_id) -> tuple[VersionView, ...]` |
| `remarks` | `(desk, actor, stix_id) -> tuple[Remark, ...]` (notes, opinions, translations, sightings) |
| `say` | `(desk, actor, stix_id, content, *, opinion="", marking=None, lang="") -> id` (a note or an opinion) |
| `mark` | `(desk, actor, stix_id, atoms) -> Marked` |
| `mark_all` | `(desk, actor, ids, atoms, *, progress=None, wait=True) -> MarkedMany` |
| `preview` | `(desk, actor, *, partner=None, ids=None) -> list[PartnerPreview]` |
| `tables` | `(desk, actor) -> dict[partner, tuple[TableView, ...]]` (those not signed by both) |
| `why` | `(desk, actor, stix_id, partner) -> Why` |
| `prove` | `(desk, actor, stix_id, partner, *, received=None, since=None) -> bytes` (the proof file) |
| `consent_ask` | `(desk, actor, *, to, ids=(), of=None, types=(), labels=(), pinned=False, derived=False, until=None, reason="") -> list[ConsentView]` |
| `consent_answer` | `(desk, actor, consent_id, state, *, until=None) -> ConsentView` |
| `consent_list` / `consent_show` | `(desk, actor, …) -> list[ConsentView]` / `ConsentView` |
| `rules_diff` | `(desk, actor, text, origin) -> RulesDiff` |
| `rules_apply` | `(desk, actor, text, origin, token) -> RulesDiff` |
| `rules_tables` | `(desk, actor, text, origin) -> list[TableView]` |
| `rules_sign` | `(desk, actor, text, origin, nation) -> bytes` (the statement to hand over) |
| `rules_accept` | `(desk, actor, text, origin, data) -> TableView` |
| `release` | `(desk, actor, partner, *, ids=(), types=(), until=None, reason="") -> Acted` |
| `waiting` | `(desk, actor, *, partner=None, after=None, limit=50) -> list[Queue]` (what waits for an act) |
| `release_try` | `(desk, actor, partner, ids) -> DryRun` (what an approval would let go) |
| `would_read` | `(desk, actor, stix_id, partner) -> Reading` (the object beside what the partner would read) |
| `strike_try` / `strike` | `(desk, actor, stix_id, [partner,] properties, atoms) -> Reading` / `Marked` |
| `act_show` / `release_log` | `(desk, actor, act) -> ActView` / `(desk, actor, *, before=None, limit=50) -> list[Happened]` |
| `recall_try` | `(desk, actor, ids, *, partner=None, members=False) -> list[WouldRecall]` |
| `withdraw_act` / `lift` | `(desk, actor, act) -> Acted` / `(desk, actor, partner, *, ids) -> Acted` |
| `refuse` / `hold` | `(desk, actor, partner, *, ids, reason) -> Acted` |
| `confirm_act` | `(desk, actor, act) -> Acted` (the second of `four_eyes`) |
| `recall` | `(desk, actor, *, ids=(), entries=None, partner=None, reason="", action="purge", scope="version", marking=None, members=False, confirm=False) -> list[Recalled]` |
| `recall_confirm` | `(desk, actor, recall_id, *, objects=None) -> Recalled` |
| `recall_drop` | `(desk, actor, recall_id) -> Recalled` (a draft) |
| `recall_list` | `(desk, actor, *, partner=None) -> list[Recalled]` |
| `recall_show` | `(desk, actor, recall_id) -> Recalled` |
| `recall_received` | `(desk, actor) -> list[RecallReceived]` |
| `recall_answer` | `(desk, actor, recall_id, outcome, *, until=None, note="", products=()) -> RecallReceived` |
| `retention_preview` | `(desk, actor) -> RetentionPlan` |
| `retention_apply` | `(desk, actor, *, standing=True, progress=None) -> RetentionPlan` |
| `retention_end` | `(desk, actor) -> RetentionPlan` |
| `purge_preview` | `(desk, actor, stix_id) -> PurgePlan` (changes nothing) |
| `purge` | `(desk, actor, stix_id, reason, *, versions_seen=None) -> PurgePlan` |
| `retention_log` | `(desk, actor, *, limit=50) -> list[Removal]` |
| `dataset_create` | `(desk, actor, kind, name, *, purpose, basis, purge_on, owner=None, marking=None) -> DatasetView` |
| `dataset_append` | `(desk, actor, name, kind, pieces, *, origin="") -> DatasetView` |
| `dataset_list` / `dataset_show` / `dataset_verify` | `(desk, actor, …) -> list[DatasetView]` / `DatasetView` |
| `dataset_purge` | `(desk, actor, name, reason) -> DatasetView` |
| `dataset_rows` | `(desk, actor, name, columns=None) -> Iterator[RecordBatch]` |
| `analyse` | `(desk, actor, dataset, name, *, progress=None, began=None) -> Finding` |
| `found` | `(desk, actor, dataset, name, stage="") -> (Finding, Table)` |
| `rules_texts` / `rules_example` | `(desk, actor) -> list[RulesText]` / `str` |
| `pair_log` | `(desk, actor, name, *, limit=50) -> PairLog` |
| `partner_exit` | `(desk, actor, name, *, ask_back, reason="", now=False) -> Parting` |
| `partner_invite` | `(desk, actor) -> bytes` (the invitation file) |
| `partner_add` | `(desk, actor, invitation) -> PartnerView` |
| `partner_confirm` | `(desk, actor, name, words) -> PartnerView` |
| `partner_rejoin` | `(desk, actor, name, *, unvisited=False) -> PartnerView` |
| `partner_reconcile` | `(desk, actor, name, *, full=False, progress=None) -> Reconciled` |
| `partner_put_aside` | `(desk, actor, name, *, after=0, limit=100) -> list[PutAside]` |
| `partner_put_aside_bytes` | `(desk, actor, name, number) -> bytes` |
| `partner_carrier` | `(desk, actor, name, kind) -> PartnerView` |
| `person_add` / `person_change` | `(desk, actor, name, **fields) -> PersonView` |
| `person_list` / `person_show` | `(desk, actor, *, removed=False) -> list[PersonView]` / `(desk, actor, name) -> PersonView` |
| `person_lock` / `person_unlock` / `person_remove` | `(desk, actor, name, …) -> PersonView` |
| `person_invite` | `(desk, actor, name) -> Invited` (the code of the link is shown once) |
| `token_add` | `(desk, actor, name, *, scopes, days=90, person="") -> MadeToken` (the token is shown once) |
| `token_list` / `token_revoke` | `(desk, actor, *, person="", everybody=False) -> list[TokenView]` / `(desk, actor, id) -> TokenView` |
| `partner_suspend` | `(desk, actor, name, *, reason="") -> PartnerView` |
| `partner_resume` | `(desk, actor, name, *, reason="") -> PartnerView` |
| `partner_list` | `(desk, actor) -> list[PartnerView]` |
| `partner_titles` | `(desk, actor) -> dict[name, title]` |
| `sync` | `(desk, actor, partner=None) -> list[PartnerView]` |
| `carry_out` | `(desk, actor, partner, folder, *, since=None) -> list[CarriedOut]` |
| `carry_in` | `(desk, actor, files) -> list[CarriedIn]` |
| `attach` | `(desk, actor, stix_id, chunks, *, name, media_type, marking=None) -> AttachmentView` |
| `attachment` | `(desk, actor, stix_id, sha256) -> tuple[AttachmentView, Path]` |
| `audit_show` | `(desk, actor, *, verb=None, by=None, since=None, until=None, before=None, limit=50) -> ActPage` |
| `audit_export` | `(desk, actor, file, *, with_ids=False) -> Inspected` |
| `set_aside` | `(desk, actor, *, after=None, limit=100) -> list[SetAside]` |
| `set_aside_show` / `set_aside_mend` | `(desk, actor, number[, raw]) -> Broken` / `ImportReport` |
| `set_aside_retry` | `(desk, actor, numbers=None) -> ImportReport` |
| `jobs` | `(desk, actor) -> list[JobView]` |
| `job_show` | `(desk, actor, job) -> JobView` |
| `job_stop` | `(desk, actor, job) -> JobView` |
| `job_resume` | `(desk, actor, job, *, progress=None, began=None) -> ImportReport` |
| `receive` | `(desk, actor, name) -> Upload` (then `import_uploaded`) |
| `import_uploaded` | `(desk, actor, upload, *, source=None, marking=None) -> JobView` (in the background) |
| `import_report` | `(desk, actor, job) -> ImportReport` (what it has done so far) |
| `job_resume_beside` | `(desk, actor, job) -> JobView` (in the background) |
| `analyse_beside` | `(desk, actor, dataset, name) -> JobView | None` (in the background; None where it is current) |
"""

from __future__ import annotations

import importlib
from typing import Any

# verb → module of its function; a face pays only for the verbs it uses
VERBS: dict[str, str] = {
    "import_": "incoming.importing",
    "show": "views.show",
    "search": "views.search",
    "counts": "views.search",
    "facets": "views.facets",
    "listed": "views.facets",
    "seeable": "outgoing.seen_as",
    "see_as": "outgoing.seen_as",
    "see_as_begin": "outgoing.seen_as",
    "see_as_end": "outgoing.seen_as",
    "translated": "views.translated",
    "export_objects": "outgoing.exporting",
    "feed_add": "outgoing.feeds",
    "feed_list": "outgoing.feeds",
    "feed_drop": "outgoing.feeds",
    "feed_fetch": "outgoing.feeds",
    "news": "views.news",
    "summaries": "marking.chosen",
    "mark_trial": "marking.chosen",
    "searches": "views.searches",
    "save_search": "views.searches",
    "watch_search": "views.searches",
    "search_seen": "views.searches",
    "drop_search": "views.searches",
    "alerts": "views.searches",
    "neighbours": "views.graph",
    "path": "views.graph",
    "history": "views.history",
    "remarks": "views.history",
    "say": "marking.saying",
    "mark": "marking.mark",
    "mark_all": "marking.remark",
    "preview": "outgoing.preview",
    "tables": "outgoing.preview",
    "why": "why",
    "prove": "outgoing.prove",
    "consent_ask": "outgoing.consent",
    "consent_answer": "outgoing.consent",
    "consent_list": "outgoing.consent",
    "consent_show": "outgoing.consent",
    "rules_diff": "rules",
    "rules_apply": "rules",
    "rules_tables": "equivalence",
    "rules_sign": "equivalence",
    "rules_accept": "equivalence",
    "waiting": "outgoing.queue",
    "release_try": "outgoing.queue",
    "would_read": "outgoing.queue",
    "strike": "outgoing.strike",
    "strike_try": "outgoing.strike",
    "act_show": "outgoing.acts",
    "release_log": "outgoing.acts",
    "recall_try": "outgoing.recall_trial",
    "release": "outgoing.release",
    "refuse": "outgoing.release",
    "hold": "outgoing.release",
    "confirm_act": "outgoing.release",
    "withdraw_act": "outgoing.release",
    "lift": "outgoing.release",
    "recall": "outgoing.recall",
    "recall_confirm": "outgoing.recall",
    "recall_drop": "outgoing.recall",
    "recall_list": "outgoing.recall",
    "recall_show": "outgoing.recall",
    "recall_received": "outgoing.recall",
    "recall_answer": "outgoing.recall",
    "retention_preview": "upkeep.retention",
    "retention_apply": "upkeep.retention",
    "retention_end": "upkeep.retention",
    "purge_preview": "upkeep.purge",
    "purge": "upkeep.purge",
    "retention_log": "upkeep.retention",
    "rules_texts": "partner.rules_text",
    "rules_example": "partner.rules_text",
    "pair_log": "partner.pair_log",
    "partner_exit": "partner.parting",
    "own_words": "partner.partners",
    "partner_invite": "partner.partners",
    "partner_add": "partner.partners",
    "partner_confirm": "partner.partners",
    "partner_rejoin": "partner.partners",
    "partner_reconcile": "partner.reconcile",
    "partner_put_aside": "partner.quarantine",
    "partner_put_aside_bytes": "partner.quarantine",
    "partner_carrier": "partner.carry",
    "person_add": "person.people",
    "person_change": "person.people",
    "person_list": "person.people",
    "person_show": "person.people",
    "person_lock": "person.people",
    "person_unlock": "person.enrolment",
    "person_remove": "person.people",
    "person_invite": "person.enrolment",
    "token_add": "person.person_tokens",
    "token_list": "person.person_tokens",
    "token_revoke": "person.person_tokens",
    "partner_suspend": "partner.suspension",
    "partner_resume": "partner.suspension",
    "partner_list": "partner.partners",
    "partner_titles": "partner.partners",
    "sync": "partner.sync",
    "carry_out": "partner.carry",
    "carry_in": "partner.carry",
    "attach": "files.attach",
    "attachment": "files.attach",
    "audit_show": "upkeep.inspection",
    "audit_export": "upkeep.inspection",
    "dataset_create": "analysis.datasets",
    "dataset_append": "analysis.datasets",
    "dataset_list": "analysis.datasets",
    "dataset_show": "analysis.datasets",
    "dataset_verify": "analysis.datasets",
    "dataset_purge": "upkeep.dataset_purge",
    "dataset_rows": "analysis.datasets",
    "analyse": "analysis.analyses",
    "found": "analysis.analyses",
    "set_aside": "incoming.set_aside",
    "set_aside_retry": "incoming.set_aside",
    "set_aside_bytes": "incoming.set_aside",
    "set_aside_show": "incoming.mending",
    "set_aside_mend": "incoming.mending",
    "jobs": "jobs",
    "job_show": "jobs",
    "job_stop": "jobs",
    "job_resume": "incoming.resuming",
    "receive": "incoming.uploads",
    "import_uploaded": "incoming.uploads",
    "import_report": "incoming.uploads",
    "job_resume_beside": "incoming.uploads",
    "analyse_beside": "analysis.beside",
}


def __getattr__(name: str) -> Any:
    if name not in VERBS:
        raise AttributeError(name)
    module = importlib.import_module(f"cordiale.desk.{VERBS[name]}")
    return getattr(module, name)

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
    "import_": "importing",
    "show": "show",
    "search": "search",
    "counts": "search",
    "facets": "facets",
    "listed": "facets",
    "seeable": "seen_as",
    "see_as": "seen_as",
    "see_as_begin": "seen_as",
    "see_as_end": "seen_as",
    "translated": "translated",
    "export_objects": "exporting",
    "feed_add": "feeds",
    "feed_list": "feeds",
    "feed_drop": "feeds",
    "feed_fetch": "feeds",
    "news": "news",
    "summaries": "chosen",
    "mark_trial": "chosen",
    "searches": "searches",
    "save_search": "searches",
    "watch_search": "searches",
    "search_seen": "searches",
    "drop_search": "searches",
    "alerts": "searches",
    "neighbours": "graph",
    "path": "graph",
    "history": "history",
    "remarks": "history",
    "say": "saying",
    "mark": "mark",
    "mark_all": "remark",
    "preview": "preview",
    "tables": "preview",
    "why": "why",
    "prove": "prove",
    "consent_ask": "consent",
    "consent_answer": "consent",
    "consent_list": "consent",
    "consent_show": "consent",
    "rules_diff": "rules",
    "rules_apply": "rules",
    "rules_tables": "equivalence",
    "rules_sign": "equivalence",
    "rules_accept": "equivalence",
    "waiting": "queue",
    "release_try": "queue",
    "would_read": "queue",
    "strike": "strike",
    "strike_try": "strike",
    "act_show": "acts",
    "release_log": "acts",
    "recall_try": "recall_trial",
    "release": "release",
    "refuse": "release",
    "hold": "release",
    "confirm_act": "release",
    "withdraw_act": "release",
    "lift": "release",
    "recall": "recall",
    "recall_confirm": "recall",
    "recall_drop": "recall",
    "recall_list": "recall",
    "recall_show": "recall",
    "recall_received": "recall",
    "recall_answer": "recall",
    "retention_preview": "retention",
    "retention_apply": "retention",
    "retention_end": "retention",
    "purge_preview": "purge",
    "purge": "purge",
    "retention_log": "retention",
    "rules_texts": "rules_text",
    "rules_example": "rules_text",
    "pair_log": "pair_log",
    "partner_exit": "parting",
    "own_words": "partners",
    "partner_invite": "partners",
    "partner_add": "partners",
    "partner_confirm": "partners",
    "partner_rejoin": "partners",
    "partner_reconcile": "reconcile",
    "partner_put_aside": "quarantine",
    "partner_put_aside_bytes": "quarantine",
    "partner_carrier": "carry",
    "person_add": "people",
    "person_change": "people",
    "person_list": "people",
    "person_show": "people",
    "person_lock": "people",
    "person_unlock": "enrolment",
    "person_remove": "people",
    "person_invite": "enrolment",
    "token_add": "person_tokens",
    "token_list": "person_tokens",
    "token_revoke": "person_tokens",
    "partner_suspend": "suspension",
    "partner_resume": "suspension",
    "partner_list": "partners",
    "partner_titles": "partners",
    "sync": "sync",
    "carry_out": "carry",
    "carry_in": "carry",
    "attach": "attach",
    "attachment": "attach",
    "audit_show": "inspection",
    "audit_export": "inspection",
    "dataset_create": "datasets",
    "dataset_append": "datasets",
    "dataset_list": "datasets",
    "dataset_show": "datasets",
    "dataset_verify": "datasets",
    "dataset_purge": "dataset_purge",
    "dataset_rows": "datasets",
    "analyse": "analyses",
    "found": "analyses",
    "set_aside": "set_aside",
    "set_aside_retry": "set_aside",
    "set_aside_bytes": "set_aside",
    "set_aside_show": "mending",
    "set_aside_mend": "mending",
    "jobs": "jobs",
    "job_show": "jobs",
    "job_stop": "jobs",
    "job_resume": "resuming",
    "receive": "uploads",
    "import_uploaded": "uploads",
    "import_report": "uploads",
    "job_resume_beside": "uploads",
    "analyse_beside": "beside",
}


def __getattr__(name: str) -> Any:
    if name not in VERBS:
        raise AttributeError(name)
    module = importlib.import_module(f"cordiale.desk.{VERBS[name]}")
    return getattr(module, name)

"""Every statement over the desk's own tables: audit, jobs, what was set aside, tokens, what is marked anew."""

from cordiale.desk.records.audit import append, audit_breaks, audit_hash, audit_rows, latest_audit
from cordiale.desk.records.jobs import Job, all_jobs, ask_stop, get_job, put_job
from cordiale.desk.records.kinds import current_bodies, current_kinds, waiting_text
from cordiale.desk.records.remarking import Remarking, add_remarking, advance_remarking, next_remarking
from cordiale.desk.records.set_aside import Kept, Problem, count_kept, drop_kept, hand_over, keep, kept
from cordiale.desk.records.tables import (
    audit_table,
    jobs_table,
    metadata,
    profiles_table,
    remarking_table,
    set_aside_table,
    tokens_table,
)
from cordiale.desk.records.tokens import partner_of_token, put_token

__all__ = [
    "Job",
    "Kept",
    "Problem",
    "Remarking",
    "add_remarking",
    "advance_remarking",
    "all_jobs",
    "append",
    "ask_stop",
    "audit_breaks",
    "audit_hash",
    "audit_rows",
    "audit_table",
    "count_kept",
    "current_bodies",
    "current_kinds",
    "drop_kept",
    "get_job",
    "hand_over",
    "jobs_table",
    "keep",
    "kept",
    "latest_audit",
    "metadata",
    "next_remarking",
    "partner_of_token",
    "profiles_table",
    "put_job",
    "put_token",
    "remarking_table",
    "set_aside_table",
    "tokens_table",
    "waiting_text",
]

"""The rules applied, the acts of officers, the exceptions, and the log of decisions: tables and queries."""

from cordiale.release.records.acts import (
    Signed,
    acts_about,
    acts_by_query,
    confirm_act,
    read_act,
    record_act,
    signed_acts,
    withdraw_act,
)
from cordiale.release.records.decisions import (
    Verdict,
    chained,
    decision_rows,
    decisions,
    first_broken_decision,
    log_decisions,
)
from cordiale.release.records.exceptions import end_holds, exceptions_about, lift_exceptions, record_exception
from cordiale.release.records.rules import (
    Applied,
    allowed_once,
    apply_rules,
    current_rules,
    current_texts,
    rules_history,
    state,
)
from cordiale.release.records.tables import (
    act_object_table,
    act_table,
    decision_table,
    exception_table,
    metadata,
    rules_table,
)
from cordiale.release.records.transaction import Transaction

__all__ = [
    "Applied",
    "Signed",
    "Transaction",
    "Verdict",
    "act_object_table",
    "act_table",
    "acts_about",
    "acts_by_query",
    "allowed_once",
    "apply_rules",
    "chained",
    "confirm_act",
    "current_rules",
    "current_texts",
    "decision_rows",
    "decision_table",
    "decisions",
    "end_holds",
    "exception_table",
    "exceptions_about",
    "first_broken_decision",
    "lift_exceptions",
    "log_decisions",
    "metadata",
    "read_act",
    "record_act",
    "record_exception",
    "rules_history",
    "rules_table",
    "signed_acts",
    "state",
    "withdraw_act",
]

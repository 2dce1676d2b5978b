"""What the verbs answer: frozen values that faces print, render or send as they are."""

from cordiale.desk.answers.answer import Answer, Reason
from cordiale.desk.answers.audit import Act, ActPage, Inspected
from cordiale.desk.answers.imports import Change, Imported, ImportReport, SetAside, Warned
from cordiale.desk.answers.jobs import JobView
from cordiale.desk.answers.objects import (
    AttachmentView,
    Chip,
    Marked,
    Page,
    ReferenceView,
    Shown,
    Statement,
    Summary,
)
from cordiale.desk.answers.partners import LatencyView, PartnerView, Synced
from cordiale.desk.answers.recalls import Recalled, RecallReceived
from cordiale.desk.answers.release import (
    Acted,
    ActInForce,
    PartnerPreview,
    RulesInForce,
    TableView,
    Why,
    Withheld,
)
from cordiale.desk.answers.rules import PartnerDiff, RulesChange, RulesDiff

__all__ = [
    "Act",
    "ActInForce",
    "ActPage",
    "Acted",
    "Answer",
    "AttachmentView",
    "Change",
    "Chip",
    "ImportReport",
    "Imported",
    "Inspected",
    "JobView",
    "LatencyView",
    "Marked",
    "Page",
    "PartnerDiff",
    "PartnerPreview",
    "PartnerView",
    "Reason",
    "RecallReceived",
    "Recalled",
    "ReferenceView",
    "RulesChange",
    "RulesDiff",
    "RulesInForce",
    "SetAside",
    "Shown",
    "Statement",
    "Summary",
    "Synced",
    "TableView",
    "Warned",
    "Why",
    "Withheld",
]

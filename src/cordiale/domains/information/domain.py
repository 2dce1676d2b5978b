"""What the domain of information declares; declaring imports nothing heavy."""

from __future__ import annotations

from cordiale.desk.domain import Domain
from cordiale.platform.languages import _

INFORMATION = Domain(
    name="information",
    readers=("cordiale.domains.information.framework.galaxy:reader",),
    analyses=(
        "cordiale.domains.information.copies.stages:COPIES",
        "cordiale.domains.information.synchrony.stages:SYNCHRONY",
    ),
    jobs=("cordiale.domains.information.lineage.run:lineage_run",),
    pages=(
        "cordiale.domains.information.lineage.pages:lineages",
        "cordiale.domains.information.lineage.pages:lineage",
        "cordiale.domains.information.lineage.pages:sheet",
        "cordiale.domains.information.analysed.pages:posts",
        "cordiale.domains.information.analysed.pages:copies",
        "cordiale.domains.information.analysed.pages:synchrony",
        "cordiale.domains.information.kinship.pages:sites",
        "cordiale.domains.information.kinship.pages:kinship",
        "cordiale.domains.information.sets.pages:sets",
        "cordiale.domains.information.sets.pages:gathered",
        "cordiale.domains.information.proposals.pages:techniques",
        "cordiale.domains.information.reports.pages:incident",
        "cordiale.domains.information.reports.pages:report",
        "cordiale.domains.information.reports.pages:shaped",
        "cordiale.domains.information.unshown.pages:unshown",
        "cordiale.domains.information.response.pages:responses",
        "cordiale.domains.information.response.pages:response",
    ),
    forms=(
        "cordiale.domains.information.lineage.taking:lineages",
        "cordiale.domains.information.analysed.forms:posts",
        "cordiale.domains.information.kinship.forms:sites",
        "cordiale.domains.information.sets.forms:sets",
        "cordiale.domains.information.sets.forms:gathered",
        "cordiale.domains.information.proposals.forms:techniques",
        "cordiale.domains.information.reports.forms:incident",
        "cordiale.domains.information.unshown.forms:unshown",
        "cordiale.domains.information.response.forms:responses",
        "cordiale.domains.information.response.forms:response",
    ),
    leads=("cordiale.domains.information.leading:own_page",),
    messages="cordiale.domains.information.messages",
    title=_("Information"),
)

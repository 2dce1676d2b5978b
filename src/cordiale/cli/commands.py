"""Every command: its module and its one line of help, so that `--help` loads none of them."""

from __future__ import annotations

from cordiale.platform.languages import _

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("init", _("Make a node folder.")),
    "import": ("imports", _("Take in STIX files, folders or standard input.")),
    "show": ("show", _("Show an object: content, marking, sources, partners.")),
    "search": ("search", _("Find objects by their words, type or values.")),
    "mark": ("mark", _("Change the marking of an object.")),
    "preview": ("preview", _("Show what a partner would see, and why not the rest.")),
    "why": ("why", _("Say why an object reached a partner or did not.")),
    "prove": ("prove", _("Write a file that proves a release to somebody outside.")),
    "verify": ("verify", _("Check such a file, without a node.")),
    "rules": ("rules", _("Compare and apply the rules of a partnership.")),
    "release": ("release", _("Release objects to a partner, as a named officer.")),
    "refuse": ("refuse", _("Refuse or hold objects for a partner.")),
    "recall": ("recall", _("Ask partners to withdraw what they were given.")),
    "consent": ("consent", _("Ask originators to let objects go further, and answer those who ask.")),
    "retention": ("retention", _("Remove what was kept as long as it may be.")),
    "purge": ("purge", _("Take away one object of this node's own that should never have been here.")),
    "dataset": ("dataset", _("List, show, check and purge datasets of evidence.")),
    "partner": ("partner", _("Invite, add, confirm and list partners.")),
    "person": ("person", _("Add, list and change the people of this node.")),
    "token": ("token", _("Make, list and end tokens by which programs act for people.")),
    "key": ("key", _("Show and change the node's keys.")),
    "sync": ("sync", _("Exchange with partners now.")),
    "carry": ("carry", _("Carry a partner's stream on media.")),
    "serve": ("serve", _("Run the node: interface, TAXII, exchange with partners.")),
    "jobs": ("jobs", _("List, stop and resume long work.")),
    "request": ("request", _("Ask partners for information, and answer them.")),
    "incident": ("incident", _("Keep incidents with partners: events, impacts, tasks, what is next.")),
    "case": ("case", _("Work on something with partners: contributions, tasks.")),
    "playbook": ("playbook", _("Act when something arrives, in a named person's name.")),
    "response": ("response", _("Answer foreign interference together: positions, agreement, effect.")),
    "set-aside": ("set_aside", _("List what could not be taken in, and try again.")),
    "attach": ("attach", _("Attach a file to an object, or fetch one.")),
    "information": ("information", _("Trace texts and claims, find copies and what is done at once.")),
    "cyber": ("cyber", _("Check patterns, read, match and write indicators.")),
    "audit": ("audit", _("Read who did what, and write it for an inspector.")),
    "demo": ("demo", _("Run three nodes that share a scenario.")),
    "backup": ("backup", _("Write a running node into one encrypted file.")),
    "restore": ("restore", _("Bring a node back from a backup.")),
    "migrate-store": ("migrate_store", _("Move a node's store to another database.")),
    "doctor": ("doctor", _("Find what is wrong with a node and what to do.")),
    "version": ("version", _("Print the version.")),
}

FROM_AFAR = frozenset({"search", "show", "why", "preview", "mark", "release", "import"})
"""Commands that a node elsewhere may be asked for (`--at URL`)."""

"""The benchmarks, one module each, with `run(quick) -> list[Figure]`."""

CASES = {
    "import": (
        "import_objects",
        "strict ingress, full validation and durable indexed insert, without and with the text index",
    ),
    "taxii-get": (
        "taxii_get",
        "pages of 100 and 1,000 over HTTP, at growing stores and with most objects hidden",
    ),
    "taxii-post": ("taxii_post", "envelopes of 100 into the inbox over HTTP"),
    "decide": ("decide", "uncached release decisions on one core"),
    "search": ("search", "text search and pages for readers of little, much and all of what is held"),
    "pages": (
        "pages",
        "list, search, object page and graph of a served node, for readers of all, some and ten of its objects",
    ),
    "sessions": (
        "sessions",
        "a hundred people read a served node of a million objects while a partner sends to it",
    ),
    "first-load": ("first_load", "bytes that a browser fetches to show each page for the first time"),
    "rules-preview": ("rules_preview", "exact preview of a rules change over every marking and partner"),
    "publish-visible": (
        "publish_visible",
        "from the commit of an act to found by search at the partner, over TLS",
    ),
    "fan-out": ("fan_out", "200 objects a second from one node to a hundred partners, over TLS"),
    "stream": ("stream", "cutting and keeping the streams of many partners"),
    "simulate": ("simulate", "simulated exchanges of three nodes, every invariant checked"),
    "first-sync": (
        "first_sync",
        "a whole store to a new partner: cut, sent, verified, applied, with a kill on the way",
    ),
    "remark": ("remark", "marking many objects anew: nothing of them goes, then every version is written"),
    "reconcile": ("reconcile", "two nodes compared by records and by every body, with planted differences"),
    "copies": ("copies", "near-duplicate posts, from CSV to clusters, beside datasketch and rensa"),
    "copies-many": (
        "copies_many",
        "near-duplicates among three million posts, against three hundred thousand of the same kind",
    ),
    "coordination": (
        "coordination",
        "networks of accounts that act at once, tested against chance, beside coordination-network-toolkit",
    ),
    "lineage": ("lineage", "a thousand articles against each other, every sentence labelled"),
    "warninglists": (
        "warninglists",
        "addresses, names and mailboxes looked up in every published warning list, beside PyMISPWarningLists",
    ),
    "match": (
        "match",
        "ten million log records looked up among a million indicators, from Parquet and JSON lines",
    ),
    "correlation": (
        "correlation",
        "what has to do with a value among ten million, some of them carried by too many",
    ),
    "misp": ("misp", "a MISP event of 100,000 attributes, in and out, beside PyMISP and misp-stix"),
    "pattern-parse": ("pattern_parse", "patterns of indicators read into a tree, beside stix2-patterns"),
    "patterns": ("patterns", "a hundred general patterns tried on observed data, beside stix2-matcher"),
    "start": ("start", "a served node's first answer and its idle memory"),
    "first-run": ("first_run", "fresh clone, empty caches, up to the demonstration's first page"),
}
"""Name → (module, what it measures); the order is that of a whole run."""

NAMED: frozenset[str] = frozenset(
    {
        "pages",
        "sessions",
        "publish-visible",
        "fan-out",
        "simulate",
        "first-sync",
        "remark",
        "reconcile",
        "copies",
        "copies-many",
        "coordination",
        "warninglists",
        "match",
        "correlation",
    }
)
"""What runs only when it is named: whole nodes, which take longer than all the others together."""

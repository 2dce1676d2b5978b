"""Which column means what: proposed from names and values, shown to a person, kept as a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from cordiale.domains.information.folding import bare
from cordiale.domains.information.readers.posts import values
from cordiale.domains.information.readers.posts.row import Row, Unreadable
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

FIELDS = (
    *("post", "network", "account", "at", "text", "lang", "links", "tags", "images", "reply_to", "repost_of"),
    "reposted",
)
"""What a column may be: a field of a post, or `reposted`, which only says that the post repeats another."""

NEEDED = ("post", "account")

NAMES: Mapping[str, tuple[str, ...]] = {
    "post": (
        *(
            "post_id",
            "tweet_id",
            "message_id",
            "status_id",
            "content_id",
            "id_str",
            "tweetid",
            "postid",
            "item_id",
        ),
        *("id", "uri", "guid", "object_id", "url"),
    ),
    "network": ("network", "platform", "source_platform", "site"),
    "account": (
        *(
            "account_id",
            "author_id",
            "user_id",
            "userid",
            "account",
            "author",
            "username",
            "user",
            "screen_name",
        ),
        *(
            "user_screen_name",
            "handle",
            "channel",
            "channel_id",
            "from_id",
            "from",
            "did",
            "page_name",
            "author_name",
        ),
    ),
    "at": (
        *(
            "unix_timestamp",
            "timestamp_share",
            "timestamp",
            "created_at",
            "date_utc",
            "publish_date",
            "published",
        ),
        *(
            "published_at",
            "date_unixtime",
            "datetime",
            "date",
            "time",
            "tweet_time",
            "epoch",
            "ts",
            "created",
        ),
        *("post_created", "created_utc"),
    ),
    "text": (
        *(
            "text",
            "content",
            "full_text",
            "tweet_text",
            "body",
            "message",
            "post_text",
            "caption",
            "description",
        ),
        *("contenu", "texte"),
    ),
    "lang": ("lang", "language", "tweet_language", "language_guess", "post_language", "langue"),
    "links": ("urls", "links", "url_id", "link", "expanded_urls", "url", "outlinks", "liens"),
    "tags": ("hashtags", "hashtag_id", "tags", "hashtag"),
    "images": ("phash_id", "image_hashes", "image_hash", "phash", "md5", "sha256"),
    "reply_to": (
        "in_reply_to_status_id",
        "in_reply_to_tweetid",
        "reply_to",
        "in_reply_to_id",
        "replied_id",
        "in_reply_to",
    ),
    "repost_of": (
        "retweet_tweetid",
        "retweeted_status_id",
        "repost_of",
        "retweeted_id",
        "reblog_of_id",
        "retweeted_user",
    ),
    "reposted": ("is_retweet", "retweet", "is_repost", "reposted", "is_reblog"),
}
"""Names of columns, folded, the surest first."""

SAMPLE: Final = 500
"""Records looked at before a profile is proposed."""

_EMPTY = frozenset({"", "nan", "none", "null", "na"})


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A mapping: `columns` names for each field the column it stands in ("a.b" is b inside a).

    `network` and `account` are constants for files without such a column. `minute`: the hours are whole minutes, whatever they look
    like. `because` says why each column was proposed.
    """

    name: str
    columns: dict[str, str]
    network: str = ""
    account: str = ""
    minute: bool = False
    because: dict[str, str] = msgspec.field(default_factory=dict)


def propose(columns: Sequence[str], sample: Sequence[Mapping[str, Any]], name: str = "proposed") -> Profile:
    """Return the mapping that names and values of columns suggest; fields that nothing suggests are left out."""
    folded = {re.sub(r"\W+", "_", bare(column)).strip("_"): column for column in reversed(columns)}
    found: dict[str, str] = {}
    because: dict[str, str] = {}
    for field, names in NAMES.items():
        for candidate in names:
            column = folded.get(candidate)
            if column is None or column in found.values():
                continue
            if not _fits(field, [record.get(column) for record in sample]):
                continue
            found[field], because[field] = column, "name"
            break
    for field in ("at", "text"):
        if field not in found and (column := _by_values(field, columns, sample, found.values())):
            found[field], because[field] = column, "values"
    if set(found) >= {"post", "account", "at"} and set(columns) >= {"object_id", "content_id"}:
        # CooRTweet: what was shared is the object, the post that shares it is the content
        found["links"], because["links"] = "object_id", "CooRTweet"
        name = "CooRTweet"
    elif {"thread_id", "author", "body"} <= set(columns):
        name = "4CAT"
    return Profile(name=name, columns=found, minute=_whole_minutes(found.get("at"), sample), because=because)


def _fits(field: str, column: Iterable[Any]) -> bool:
    """Tell whether values may be what a name says; a column without any may."""
    held = [
        value for value in column if str(value if value is not None else "").strip().lower() not in _EMPTY
    ]
    if not held:
        return True
    if field == "at":
        return _times(held) > 0.8
    if field == "reposted":
        return all(str(value).strip().lower() in _FLAGS for value in held)
    if field == "repost_of":
        return not all(str(value).strip().lower() in _FLAGS for value in held)
    return True


_FLAGS = frozenset({"0", "1", "0.0", "1.0", "true", "false", "yes", "no", "t", "f", "y", "n", "oui", "non"})


def _times(held: Sequence[Any]) -> float:
    good = 0
    for value in held:
        try:
            found = values.moment(value)
        except Unreadable:
            continue
        good += bool(found and found[0] >= values.EARLIEST)
    return good / len(held)


def _by_values(
    field: str, columns: Sequence[str], sample: Sequence[Mapping[str, Any]], taken: Iterable[str]
) -> str:
    """Return the column whose values are times, or the one with the longest texts; empty when none is."""
    gone = set(taken)
    best, score = "", 0.0
    for column in columns:
        held = [str(record.get(column)) for record in sample if str(record.get(column) or "").strip()]
        if column in gone or not held:
            continue
        if field == "at":
            value = _times(held) if any(re.search(r"[-/:]", one) for one in held[:5]) else 0.0
            value = value if value > 0.9 else 0.0
        else:
            words = sum(one.count(" ") for one in held) / len(held)
            value = words if words >= 3 else 0.0
        if value > score:
            best, score = column, value
    return best


def _whole_minutes(column: str | None, sample: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether every time of a sample falls on a minute: sixty to the power of as many times against chance."""
    seconds = set()
    count = 0
    for record in sample:
        try:
            found = values.moment(record.get(column)) if column else None
        except Unreadable:
            continue
        if found:
            count += 1
            seconds.add((found[0].second, found[0].microsecond))
    return count >= 10 and seconds == {(0, 0)}


def maker(profile: Profile) -> Callable[[Mapping[str, Any]], Row]:
    """Return the function that gives the post of a record under a profile; it raises Unreadable for one that holds none."""
    columns = profile.columns
    post, network, account, at, text, lang, links, tags, images, reply_to, repost_of, reposted = (
        _getter(columns.get(field)) for field in FIELDS
    )
    linked, tagged, whole = "links" in columns, "tags" in columns, profile.minute

    def make(record: Mapping[str, Any]) -> Row:
        when = values.moment(at(record))
        words = values.unmarked_up(_text(text(record)))
        repeats: str | None = _text(repost_of(record)) or None
        if repeats is None and values.yes(reposted(record)):
            repeats = ""
        return Row(
            _text(post(record)),
            _text(network(record)) or profile.network,
            _text(account(record)) or profile.account,
            words,
            when[0] if when else None,
            whole or bool(when and when[1]),
            values.language_code(lang(record)),
            values.unique(values.several(links(record))) if linked else values.links_in(words),
            values.hashtags(tags(record)) if tagged else values.tags_in(words),
            [one.lower() for one in values.several(images(record))],
            _text(reply_to(record)) or None,
            repeats,
        )

    return make


def _getter(column: str | None) -> Callable[[Mapping[str, Any]], Any]:
    """Return what takes a column out of a record; a dot leads inside where no column has it in its name."""
    if column is None:
        return lambda _record: None
    if "." not in column:
        return lambda record: record.get(column)
    return lambda record: _inside(record, column)


def _text(value: Any) -> str:
    if not value and value != 0:
        return ""
    text = (value if isinstance(value, str) else str(value)).strip()
    return "" if len(text) < 5 and text.lower() in _EMPTY else text


def _inside(record: Mapping[str, Any], column: str) -> Any:
    if column in record:
        return record[column]
    value: Any = record
    for part in column.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def load(path: Path) -> Profile:
    """Return a profile as kept in a file; raises InputError that says what is wrong with it."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Profile)
    except msgspec.DecodeError as error:
        raise InputError(
            "profile",
            _("{path} is no mapping profile ({words}): propose one with --save-profile."),
            path=str(path),
            words=str(error),
        ) from error
    wrong = sorted(set(found.columns) - set(FIELDS)) or [
        field for field in NEEDED if not _named(found, field)
    ]
    if wrong:
        raise InputError(
            "profile-fields",
            _("{path}: “{field}” is no field of a post, or needs a column. Fields are {fields}."),
            path=str(path),
            field=wrong[0],
            fields=", ".join(FIELDS),
        )
    return found


def _named(profile: Profile, field: str) -> bool:
    return field in profile.columns or (field == "account" and bool(profile.account))


def save(profile: Profile, path: Path) -> None:
    """Keep a profile as a file a person can read and change."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(profile)) + b"\n")


def check(profile: Profile, name: str) -> None:
    """Raise InputError when a profile cannot give posts: which fields are missing, and what to do."""
    missing = [field for field in NEEDED if not _named(profile, field)]
    if missing:
        raise InputError(
            "no-mapping",
            _(
                "{name}: no column is known to be the {fields} of a post. Write a profile and give it with --profile."
            ),
            name=name,
            fields=", ".join(missing),
        )

"""Known owners of accounts: who says whose an account is; two accounts of one known owner act together without any secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from cordiale.desk.answers import Answer
from cordiale.desk.marking.stating import instants, stated
from cordiale.desk.written import marking_of
from cordiale.domains.information.captures import stated_here
from cordiale.domains.information.sources.fact import day_of
from cordiale.joint.held import listed
from cordiale.platform.errors import InputError
from cordiale.platform.ids import uuid5
from cordiale.platform.languages import _
from cordiale.stix.extensions import PUBLISHED

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

NAME: Final = "account-owner"
VERB: Final = "describe"
_SCO: Final = "00abedb4-aa42-466c-9c01-fed23315a9b7"
"""The namespace of ids of cyber-observables (STIX 2.1 section 2.9)."""

_SPACE: Final = "c2b0a4de-7d56-5e0c-9f11-1d7c4b9e3a60"
"""The namespace of ids of owners and of what ties them to accounts: the same said again is the same."""


class Owner(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the extension `account-owner` says; the account itself is named by reference alone, and goes only where it goes."""

    owner_ref: str
    account_ref: str
    owner: str
    said_by: str
    on: str = ""


class Owned(Answer, frozen=True, kw_only=True):
    """What was written: the owner's identity, and the ties to its accounts."""

    owner: str
    ties: tuple[str, ...]


def account_id(name: str) -> str:
    """Return the id of the observable of an account, written `NETWORK/NAME`."""
    network, _slash, login = name.partition("/")
    said = msgspec.json.encode({"account_login": login, "account_type": network}, order="sorted").decode()
    return f"user-account--{uuid5(_SCO, said)}"


def owner_add(
    desk: Desk, actor: Actor, owner: str, accounts: Sequence[str], said_by: str, *, on: str = "", marking: str
) -> Owned:
    """Keep that accounts (`NETWORK/NAME`) belong to one owner, with who says so, under a marking; raises InputError."""
    owner = " ".join(owner.split())
    if not owner or not said_by.strip() or not accounts:
        raise InputError("owner-empty", _("Say who owns which accounts, and who says so."))
    wrong = [one for one in accounts if not all(one.partition("/")[::2])]
    if wrong:
        raise InputError("owner-account", _("{account} is no account: write NETWORK/NAME."), account=wrong[0][:80])  # fmt: skip
    first, _modified = instants(desk)
    identity = f"identity--{uuid5(_SPACE, f'{desk.node} {owner.casefold()}')}"
    values: list[dict[str, Any]] = [
        {
            "type": "identity",
            "spec_version": "2.1",
            "id": identity,
            "created": first,
            "modified": first,
            "name": owner,
            "labels": ["account-owner"],
        }
    ]
    ties = []
    for name in dict.fromkeys(accounts):
        network, _slash, login = name.partition("/")
        account = {"type": "user-account", "spec_version": "2.1", "id": account_id(name), "account_login": login, "account_type": network}  # fmt: skip
        said = Owner(owner_ref=identity, account_ref=account["id"], owner=owner, said_by=said_by.strip(), on=day_of(on))  # fmt: skip
        tie = _tie(desk, said, first)
        ties.append(tie["id"])
        values += [account, tie]
    fresh = [one for one in values if stated_here(desk, actor, one["id"]) is None]
    if fresh:
        stated(desk, actor, VERB, fresh, sorted(marking_of(marking)), owner=owner, accounts=len(ties))
    return Owned(owner=identity, ties=tuple(ties))


def _tie(desk: Desk, said: Owner, when: str) -> dict[str, Any]:
    definition = PUBLISHED[NAME]
    same = uuid5(_SPACE, f"{desk.node} {said.owner_ref} {said.account_ref} {said.said_by}")
    return {
        "type": "relationship",
        "spec_version": "2.1",
        "id": f"relationship--{same}",
        "created": when,
        "modified": when,
        "relationship_type": "controls",
        "source_ref": said.owner_ref,
        "target_ref": said.account_ref,
        "description": f"{said.said_by}, {said.on}".rstrip(", "),
        "extensions": {
            definition: {
                "extension_type": "property-extension",
                "definition_ref": definition,
                **msgspec.to_builtins(said),
            }
        },
    }


def owners(desk: Desk, actor: Actor) -> Mapping[str, frozenset[str]]:
    """Return the owners that are known of accounts, by the id of the account's observable, as a reader sees them."""
    found: dict[str, set[str]] = {}
    for one in listed(desk, actor, Owner, NAME):
        found.setdefault(one.said.account_ref, set()).add(one.said.owner)
    return {account: frozenset(names) for account, names in found.items()}


def common(known: Mapping[str, frozenset[str]], one: str, other: str) -> str:
    """Return the owner that two accounts are known to have in common, empty for none."""
    if not known:
        return ""
    none: frozenset[str] = frozenset()
    return min(known.get(account_id(one), none) & known.get(account_id(other), none), default="")

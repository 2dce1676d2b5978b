"""What people sign in with, as it is kept: nothing here lets whoever reads it sign in."""

from __future__ import annotations

import msgspec

from cordiale.platform.clock import Instant


class Passkey(msgspec.Struct, frozen=True, kw_only=True):
    """The public half of a key that lives in a person's device; `site` is the name it answers for (RP ID)."""

    id: bytes
    person: str
    name: str
    site: str
    public: bytes
    count: int
    made: Instant
    used: Instant | None = None


class Totp(msgspec.Struct, frozen=True):
    """The sealed secret of one-time codes, the last step that was used, and since when."""

    sealed: bytes
    step: int
    made: Instant


class Subject(msgspec.Struct, frozen=True):
    """What a provider of single sign-on calls a person: its own address and a name that never changes."""

    issuer: str
    subject: str
    made: Instant

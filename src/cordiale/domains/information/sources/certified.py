"""Lists of certified publishers (Journalism Trust Initiative, CEN CWA 17493:2019): one row a domain, signed or not.

Columns: `domain`, `certified_on`, and where there are any `until`, `certifier`, `address`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from hashlib import sha256
from typing import Final

from cordiale.domains.information.sources.fact import Fact, day_of, domain_of
from cordiale.joint.words import Words
from cordiale.platform.errors import InputError, IntegrityError
from cordiale.platform.languages import _

LARGEST: Final = 16 << 20
Verify = Callable[[bytes, bytes, bytes], bool]


def read_list(
    data: bytes,
    standard: str,
    said_by: str,
    seen: str,
    *,
    key: bytes = b"",
    signature: bytes = b"",
    verify: Verify | None = None,
) -> tuple[list[Fact], list[tuple[int, str]]]:
    """Return the facts of a list, and the rows (line, what is wrong) that are set aside.

    `key` (32 bytes) and `signature` (64) are of Ed25519 over the whole file. Without them every fact says that nobody
    signed it. Raises IntegrityError for a signature that is not of this file, InputError for what is no such list.
    """
    if len(data) > LARGEST:
        raise InputError("certified-large", _("The list is larger than 16 MB."))
    signed = bool(key or signature)
    if signed and (
        verify is None or len(key) != 32 or len(signature) != 64 or not verify(key, data, signature)
    ):
        raise IntegrityError(
            "certified-signature",
            _("The signature is not of this list by this key: nothing of it was taken."),
        )
    try:
        rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        names = {name.strip().lower() for name in rows.fieldnames or ()}
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            "certified-form", _("The list is no CSV in UTF-8: {words}."), words=str(error)[:200]
        ) from error
    if not {"domain", "certified_on"} <= names:
        raise InputError("certified-columns", _("The list needs the columns domain and certified_on."))
    digest = sha256(data).hexdigest()
    facts, aside = [], []
    for row in rows:
        found = {
            (name or "").strip().lower(): (value or "").strip()
            for name, value in row.items()
            if isinstance(value, str | None)
        }
        try:
            facts.append(
                Fact(
                    domain=domain_of(found["domain"]),
                    kind="certified",
                    other=standard,
                    said_by=found.get("certifier") or said_by,
                    seen=seen,
                    words=Words(),
                    on=day_of(found["certified_on"]),
                    until=day_of(found.get("until", "")),
                    address=found.get("address", ""),
                    sha256=digest,
                    signed=signed,
                )
            )
        except InputError as error:
            aside.append((rows.line_num, str(error)))
    return facts, aside

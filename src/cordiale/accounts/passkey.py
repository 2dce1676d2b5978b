"""Passkeys (WebAuthn level 2): what a browser is asked, and whether what its device answers is right.

A device must have verified its user, by a finger, a face or a number. So a passkey is two factors, and is asked for no other.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import msgspec

from cordiale.platform.errors import NotAllowed
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.accounts.credential import Passkey

LARGEST: Final = 16_384
"""Most characters of an answer; that of a device is about a thousand."""

WRONG = _("This passkey opens nothing here, or its answer came too late: try again.")


class Place(msgspec.Struct, frozen=True):
    """Under which name the pages are reached (RP ID), and their origin."""

    site: str
    origin: str


class Made(msgspec.Struct, frozen=True):
    """A new passkey as its device describes it."""

    id: bytes
    public: bytes
    count: int


class Answer(msgspec.Struct, frozen=True):
    """What a device answered, before it is believed: which passkey it says it is, whose, and to which challenge."""

    text: str
    id: bytes
    challenge: bytes
    person: str


def to_make(
    place: Place, challenge: bytes, person: str, name: str, title: str, known: Iterable[bytes]
) -> str:
    """Return what a browser is asked in order to make a passkey (JSON); `known` are those the person has."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    return options_to_json(
        generate_registration_options(
            rp_id=place.site,
            rp_name="Cordiale",
            user_id=person.encode(),
            user_name=name,
            user_display_name=title or name,
            challenge=challenge,
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
    )


def to_show(place: Place, challenge: bytes) -> str:
    """Return what a browser is asked in order to sign in by whatever passkey it has (JSON)."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    return options_to_json(
        generate_authentication_options(
            rp_id=place.site, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
        )
    )


def read(text: str) -> Answer:
    """Read what a browser sent, without believing it; raises NotAllowed for what is no such answer."""
    if len(text) > LARGEST:
        raise NotAllowed("passkey.wrong", WRONG)
    try:
        said: dict[str, Any] = msgspec.json.decode(text, type=dict[str, Any])
        response: dict[str, Any] = said["response"]
        client = msgspec.json.decode(_bytes(response["clientDataJSON"]), type=dict[str, Any])
        handle = response.get("userHandle")
        return Answer(
            text=text,
            id=_bytes(said["rawId"]),
            challenge=_bytes(client["challenge"]),
            person=_bytes(handle).decode() if handle else "",
        )
    except (msgspec.DecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotAllowed("passkey.wrong", WRONG) from error


def made(answer: Answer, place: Place) -> Made:
    """Return the passkey that a device made; raises NotAllowed when it is not what was asked for."""
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        found = verify_registration_response(
            credential=answer.text,
            expected_challenge=answer.challenge,
            expected_rp_id=place.site,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise NotAllowed("passkey.wrong", WRONG) from error
    return Made(found.credential_id, found.credential_public_key, found.sign_count)


def shown(answer: Answer, kept: Passkey, place: Place) -> int:
    """Return how often a passkey says it was used; raises NotAllowed unless its device signed the answer just now."""
    from webauthn import verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    if kept.site != place.site:
        raise NotAllowed("passkey.wrong", WRONG)
    try:
        found = verify_authentication_response(
            credential=answer.text,
            expected_challenge=answer.challenge,
            expected_rp_id=place.site,
            expected_origin=place.origin,
            credential_public_key=kept.public,
            credential_current_sign_count=kept.count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise NotAllowed("passkey.wrong", WRONG) from error
    return int(found.new_sign_count)


def _bytes(written: Any) -> bytes:
    if not isinstance(written, str):
        raise TypeError("not base64url")
    try:
        return base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))
    except binascii.Error as error:
        raise ValueError("not base64url") from error

"""What this release speaks: its own protocol and the one before, and what to do about a partner that speaks another.

Protocol 2 adds to 1, all of it optional in the values themselves: TLS keys and an offline root in invitations, changes
of keys in greetings, a signed answer to a greeting, and a kind for each entry of a segment.
"""

from __future__ import annotations

from collections.abc import Iterable

from cordiale.exchange.home import Partner
from cordiale.platform.errors import ProtocolError
from cordiale.platform.languages import _

PROTOCOLS = (2, 1)
"""Protocol versions spoken, newest first; a release speaks its own and the one before."""

SIGNED_WELCOME = 2
"""The protocol from which on the answer to a greeting is signed."""

CONSENTS = "consents"
RECONCILE = "reconcile"

SIGNED_ANSWERS = "signed-answers"
"""Segments are asked for with `origins=2`, and their answer is signed as a whole."""

RECALL_BASIS = "recall-basis"
"""Recalls are asked for with `origins=2` as well; which segments their numbers are of goes with each."""

SIGNED = 2
"""The value of `origins` in that question; 1 asks for the proofs alone."""

EXTENSIONS: tuple[str, ...] = (CONSENTS, RECONCILE, SIGNED_ANSWERS, RECALL_BASIS)
"""What a greeting announces beside the protocol; a partner that does not announce one is never asked for it."""

#: Error codes that say one side has to be upgraded; the link stands still until then, and nothing is skipped.
UPGRADE = frozenset({"exchange.hello.protocol", "exchange.segment.version", "exchange.segment.kind"})


def choose(partner: Partner, spoken: Iterable[int]) -> int:
    """Return the newest protocol both speak.

    Raises ProtocolError when there is none, and when it is older than the partner is known to speak: that
    is how somebody in between would get rid of what the newer one protects.
    """
    theirs = tuple(spoken)
    common = [version for version in PROTOCOLS if version in theirs]
    if not common:
        raise ProtocolError(
            "exchange.hello.protocol",
            _("{node} speaks protocol {theirs}, this node {ours}; upgrade the older side."),
            node=partner.node,
            theirs=", ".join(map(str, theirs[:10])),
            ours=", ".join(map(str, PROTOCOLS)),
        )
    if common[0] < floor(partner):
        raise ProtocolError(
            "exchange.hello.downgrade",
            _(
                "{node} is known to speak protocol {known} and now offers {found} only: somebody may be in between. If they went back to an older release, add their new invitation."
            ),
            node=partner.node,
            known=floor(partner),
            found=common[0],
        )
    return common[0]


def floor(partner: Partner) -> int:
    """Return the oldest protocol that is accepted of a partner: what it stated under its signature, as far as we speak it."""
    return min(partner.protocol, PROTOCOLS[0])

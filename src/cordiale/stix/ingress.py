"""Strict reading of JSON from outside: whatever could be understood in two ways is refused."""

from cordiale.stix.decoding import decode
from cordiale.stix.gunzip import bounded_gunzip
from cordiale.stix.limits import DEFAULT_LIMITS, Limits, SetAside
from cordiale.stix.splitting import split

__all__ = ["DEFAULT_LIMITS", "Limits", "SetAside", "bounded_gunzip", "decode", "split"]

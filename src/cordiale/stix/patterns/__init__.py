"""The STIX pattern language (STIX 2.1 section 9): read, write, compare and match patterns."""

from cordiale.stix.patterns.equalities import alternatives, equalities
from cordiale.stix.patterns.fault import PatternError, caret
from cordiale.stix.patterns.literals import DEEP, folded, kind_of, literals, too_deep
from cordiale.stix.patterns.normal import normal
from cordiale.stix.patterns.parser import LONGEST, parse, parse_any
from cordiale.stix.patterns.tree import Comparison, Path, Pattern
from cordiale.stix.patterns.writing import written

__all__ = [
    "DEEP",
    "LONGEST",
    "Comparison",
    "Path",
    "Pattern",
    "PatternError",
    "alternatives",
    "caret",
    "equalities",
    "folded",
    "kind_of",
    "literals",
    "normal",
    "parse",
    "parse_any",
    "too_deep",
    "written",
]

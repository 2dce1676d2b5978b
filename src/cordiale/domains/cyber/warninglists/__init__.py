"""Warning lists: values known to be harmless or common, which an indicator had better not be (format of MISP's)."""

from cordiale.domains.cyber.keeping import Refused
from cordiale.domains.cyber.warninglists.answers import Hit, Listed
from cordiale.domains.cyber.warninglists.lists import Lists, load

__all__ = ["Hit", "Listed", "Lists", "Refused", "load"]

"""Words in both languages, as people of two nations read them beside each other."""

from __future__ import annotations

import msgspec


class Words(msgspec.Struct, frozen=True):
    """The same said in English and in French; a language that nobody wrote is empty."""

    en: str = ""
    fr: str = ""

    @property
    def both(self) -> bool:
        """Tell whether it is said in both languages."""
        return bool(self.en.strip() and self.fr.strip())

    def said(self, lang: str) -> str:
        """Return the words in a language, in the other one where there are none."""
        first, second = (self.fr, self.en) if lang.startswith("fr") else (self.en, self.fr)
        return first or second


NONE = Words()
"""Nothing said."""

"""English and French side by side: which words translate each other, and which words are cues of drift.

The entries stand in the `.tsv` files of this folder, one a line: English, French, part of speech, classes ("-" for
none). They were written for this project. A class is a cue: `modality:7`, `hedge:4`, `quantity:20..99`,
`bound:over`, `scope:only`, `negation`, `month:3`, `speech:deny` and so on; `cues` says what each means.

`scan` is what most callers want: it finds the terms of a text, inflected as they stand, with their places; `firmness`
says how strongly a term found announces. `widened` is `pairs` with FreeDict's words where a machine has them.
"""

from cordiale.domains.information.lexicon.cues import Cue
from cordiale.domains.information.lexicon.entries import Entry, Language, classes, entries, fold, pairs
from cordiale.domains.information.lexicon.firmness import firmness
from cordiale.domains.information.lexicon.forms import lemmas
from cordiale.domains.information.lexicon.freedict import widened
from cordiale.domains.information.lexicon.scan import Term, scan

__all__ = [
    "Cue",
    "Entry",
    "Language",
    "Term",
    "classes",
    "entries",
    "firmness",
    "fold",
    "lemmas",
    "pairs",
    "scan",
    "widened",
]

"""Which words of a sentence are denied: by a negation, or by a verb after which what follows was not done.

A denial reaches to the end of its clause. Two that reach one word undo each other ("does not rule out", "n'est pas interdit").
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from cordiale.domains.information.drift.reading import Reading, Span

_NOT_DONE: Final = {
    "en": re.compile(
        r"\b(?:(?:fail|refus|declin|omit|neglect)\w* to|(?:unable|unwilling|yet) to|remain(?:s|ed)? to be|(?:stop(?:s|ped)|f[ae]ll(?:s|en)?) short of|still waiting (?:to|for)|without"
        r"|den(?:y|ies|ied|ying)(?: any| all| having| ever)*|rul(?:e|es|ed|ing) out|(?:abandon|drop|scrap)\w* (?:plans|the idea)|instead of|rather than|g[ai]ve(?:s|n)? up|for (?:want|lack) of|free of|far from|absence of"
        r"|(?:prevent|stop|ban|bar|keep|kept)\w* (?:\w+ ){0,3}from)\b"
    ),
    "fr": re.compile(
        r"\b(?:sans(?! (?:doute|cesse|attendre|delai|tarder|exception|precedent|relache|arret))|(?:refus|renonc|echou|incapable|evit|empech|cess)\w* (?:a|de|d')|(?:a|ont|avait|avoir) (?:toujours )?(?:nie|dementi?)|nie(?:nt)?|dement(?:ent)?|exclu(?:t|ent|re|ons|ait|aient|e?s?)"
        r"|faute d(?:e|')|loin d(?:e|')|au lieu d(?:e|')|plutot que d(?:e|')|reste(?:nt)? a(?= \w+(?:er|ir|re)\b)|attend(?:ent)? toujours|absence d(?:e|')|mais pas|et non)(?:(?<=')|(?!\w))"
    ),
}
"""Words after which what follows was not done, without a word of negation."""
_END: Final = {
    "en": re.compile(
        r"[,;:.!?()”\"–]|\b(?:that|because|although|though|while|who|which|whom|but|and|since|unless|if|when|until|after|before|whereas|so|despite|than|as|whether|where|how|why)\b"
    ),
    "fr": re.compile(
        r"[,;:.!?()»\"–]|\b(?:qui|que|dont|mais|et|car|parce|alors|bien|tandis|puisque|lorsque|quand|si|s'ils?|avant|apres|malgre|depuis|comme)\b|\bqu'"
    ),
}
_PARTLY = re.compile(
    r"\b(?:not (?:all|every\w*|always|much|many|entirely|fully|only|as|so|quite|yet clear|just|because|until|before|(?:\w+ ){0,3}enough)|(?:pas|n'\w+ pas|ne \w+ pas) (?:tou(?:t|te|s|tes)|toujours|entierement|seulement|aussi|si|encore clair|assez|parce))\b"
)
"""What denies a part or a measure: no denial of the statement."""
_EXCEPT = re.compile(r" but\b|[^,;.]{0,60}\b(?:except|apart from|other than|sauf|hormis|excepte)\b")
REACH: Final = 6
"""So many words that carry meaning a denial reaches at most."""


class Denial(msgspec.Struct, frozen=True):
    """A denial: characters `start` to `end`; the places of the words that it reaches, the nearest first, none where two undo each other."""

    start: int
    end: int
    reached: tuple[int, ...]


def denied(reading: Reading) -> list[Denial]:
    """Return the denials of a sentence, in order."""
    lang = "fr" if reading.statement.lang == "fr" else "en"
    flat = reading.flat
    said = [*reading.negators, *(Span("not done", *m.span()) for m in _NOT_DONE[lang].finditer(flat))]
    if not said:
        return []
    said.sort(key=lambda one: (one.start, -one.end))
    found: list[tuple[Denial, bool]] = []
    for place, span in enumerate(said):
        done = span.value != "no"
        if (
            _PARTLY.match(flat, span.start)
            or _EXCEPT.match(flat, span.end)
            or (found and span.end <= found[-1][0].end)
        ):
            continue
        if (done and _BEFORE.search(flat[: span.start])) or _HARDLY.search(flat[: span.start]):
            # "does not rule out", "n'exclut pas", "hardly one that did not"
            found.append((Denial(max(0, span.start - 12), span.end, ()), done))
            continue
        that = _THAT.match(flat, span.end) if done and _SPEECH.match(flat, span.start) else None
        ahead = _END[lang].search(flat, that.end() if that else span.end)
        limit = ahead.start() if ahead else len(flat)
        ends = [
            s.start for s in said[place + 1 :] if not done and s.value == "no" and _ends(flat, span, s, lang)
        ]
        limit = min([limit, *ends])
        if lang == "en" and _VERBAL.match(flat, span.start) and (verb := _FINITE.search(flat, span.end)):
            limit = min(limit, verb.start())
        reached = [t.start for t in reading.statement.tokens if t.content and span.end <= t.start < limit]
        one = Denial(span.start, span.end, tuple(reached[:REACH]))
        last, last_done = found[-1] if found else (None, False)
        verbal_last = last is not None and bool(_VERBAL.match(flat, last.start))
        if last is not None and one.reached and set(one.reached) <= set(last.reached):
            between = [start for start in last.reached if start < span.start]
            if verbal_last and len(between) > 1:
                # "not charged for days without service": two denials
                found[-1] = (Denial(last.start, last.end, tuple(between)), last_done)
                found.append((one, done))
                continue
            if done and not last_done:
                # "no carriage is without", "did not fail to"
                found[-1] = (Denial(last.start, one.end, ()), True)
            continue
        found.append((one, done))
    return [one for one, _done in found]


_BEFORE = re.compile(r"(?:\bnot |n't |\bnever |\bcannot |\bne |\bn')(?:\w+ ){0,2}$")
_HARDLY = re.compile(r"\b(?:hardly|scarcely|barely|few|rares?|peu) [^,;.]{0,40}$")


_SPEECH = re.compile(r"den|rul|(?:(?:a|ont|avait|avoir) (?:toujours )?)?(?:nie|dement)|exclu")
_THAT = re.compile(r" ?(?:that|qu(?:e |'))")
"""After "denied" and the like a clause is denied with them."""
_VERBAL = re.compile(r"not\b|n't|cannot|never|ne |n'")
_FINITE = re.compile(
    r"(?<=\w{4} )(?:will|would|is|are|was|were|has|have|had|can|could|must|may|might|should|shall|does|do|did)\b"
)
"""Where the next verb begins, after "who do not answer"."""


def _ends(flat: str, one: Span, other: Span, lang: str) -> bool:
    """Tell whether the next negation begins a denial of its own: in French "ne" after "ne", not "aucun … ne"."""
    return lang != "fr" or (flat[one.start] == "n" and flat[other.start] == "n" and other.start - one.end > 8)

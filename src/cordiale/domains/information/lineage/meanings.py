"""What a word may mean, so that two words for one thing meet: in the other language, or in the same one."""

from __future__ import annotations

from functools import cache, lru_cache

from cordiale.domains.information.folding import stem
from cordiale.domains.information.lexicon import Language, lemmas, pairs

_ENGLISH = """a an the and or but nor so if as than that which who whom whose what when where while of to in on at by for from
with without into onto over under about after before between through during against among within upon per out up down
off is am are was were be been being have has had having do does did doing will would shall should can could may might must
i you he she it we they me him her us them my your his its our their mine this these those there here not no yes only also
too very just then now such own same other another each every all any some both either neither more most less least few
said says say saying s t re ve ll d m it's that's don't one how why again once because until since though although
however therefore thus still even yet already ever never many much like get got make made go goes went"""
_FRENCH = """le la les l un une des du de d au aux et ou mais donc or ni car si que qu qui quoi dont où quand comme lorsque
puisque pour par sur sous dans en vers chez avec sans entre contre depuis pendant avant après dès jusque jusqu à ce cet
cette ces ceci cela ça c celui celle ceux celles je j tu il elle on nous vous ils elles me m te t se s lui leur leurs y
mon ton son ma ta sa mes tes ses notre nos votre vos ne n pas plus point guère rien personne jamais aucun aucune tout
toute tous toutes même mêmes autre autres aussi très trop peu bien encore déjà est sont était étaient sera seront serait
seraient suis es sommes êtes être été étant soit soient fut furent ai as a avons avez ont avait avaient aura auront
aurait auraient eu avoir ayant fait faire fait dit dire déclaré indiqué selon ainsi alors puis là ici non oui ni chaque
quelque quelques plusieurs certains certaines va vont peut peuvent doit doivent afin lors"""


@cache
def function_words(lang: str) -> frozenset[str]:
    """Return the words that hold sentences together and say nothing of their own."""
    return frozenset((_FRENCH if lang == "fr" else _ENGLISH).split())


@cache
def _lexicon() -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """Return what each French stem may be in English, and each English stem in French, as stems; single words only."""
    french: dict[str, set[str]] = {}
    english: dict[str, set[str]] = {}
    for word, others in pairs("fr").items():
        for other in others:
            if " " not in word and " " not in other:
                french.setdefault(stem(word, "fr"), set()).add(stem(other, "en"))
                english.setdefault(stem(other, "en"), set()).add(stem(word, "fr"))
    return _frozen(french), _frozen(english)


def _frozen(sets: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {key: frozenset(values) for key, values in sets.items()}


@lru_cache(maxsize=200_000)
def meanings(word: str, lang: str) -> frozenset[str]:
    """Return the English stems that a word may stand for: an English word stands for itself."""
    if lang != "fr":
        return frozenset({stem(word, "en"), *roots(word, "en")})
    found = set(_lexicon()[0].get(stem(word, "fr"), ()))
    for root in roots(word, "fr"):
        found |= _lexicon()[0].get(root, frozenset())
    return frozenset(found)


@lru_cache(maxsize=200_000)
def roots(word: str, lang: str) -> frozenset[str]:
    """Return the stems of the dictionary forms a word may be a form of: "bought" is of "buy", "pris" of "prendre"."""
    language: Language = "fr" if lang == "fr" else "en"
    return frozenset(stem(lemma, lang) for lemma in lemmas(word, language) if " " not in lemma)


@lru_cache(maxsize=200_000)
def translations(word: str, lang: str) -> frozenset[str]:
    """Return the French stems that an English word may stand for; words of one language that share one may mean the same."""
    if lang == "fr":
        return frozenset()
    found = set(_lexicon()[1].get(stem(word, "en"), ()))
    for root in roots(word, "en"):
        found |= _lexicon()[1].get(root, frozenset())
    return frozenset(found)

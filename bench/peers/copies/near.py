"""Find near-duplicates of texts (JSON lines of text) with datasketch or rensa as their guides do; print pairs and cost."""

import json
import resource
import sys
import time
from pathlib import Path


def grams(text):
    """Return the distinct character 5-grams of a text."""
    return {text[at : at + 5] for at in range(max(1, len(text) - 4))}


def datasketch(texts):
    """Yield candidate pairs of datasketch's LSH at 0.7 with its default 128 permutations."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=0.7, num_perm=128)
    made = []
    for number, text in enumerate(texts):
        one = MinHash(num_perm=128)
        one.update_batch([gram.encode() for gram in grams(text)])
        made.append(one)
        index.insert(number, one)
    for number, one in enumerate(made):
        for other in index.query(one):
            if other > number:
                yield number, other


def rensa(texts):
    """Yield candidate pairs of rensa's LSH at 0.7 with 128 permutations in 16 bands."""
    from rensa import RMinHash, RMinHashLSH

    made = RMinHash.from_token_sets([list(grams(text)) for text in texts], 128, 42)
    index = RMinHashLSH(0.7, 128, 16)
    index.insert_many(made)
    for number, others in enumerate(index.query_all(made)):
        for other in others:
            if other > number:
                yield number, other


def main():
    """Measure one of them."""
    tool, source, out = sys.argv[1:]
    begun = time.process_time()
    with Path(source).open(encoding="utf-8") as lines:
        texts = [json.loads(line) for line in lines]
    pairs = list({"datasketch": datasketch, "rensa": rensa}[tool](texts))
    spent = time.process_time() - begun
    Path(out).write_text(json.dumps(pairs))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"cpu": spent, "memory_mb": peak, "pairs": len(pairs)}))


main()

"""Look addresses up in warning lists (a folder of them) with PyMISPWarningLists as its guide does; print cost and what it found."""

import json
import resource
import sys
import time
from pathlib import Path


def main():
    """Measure both ways of searching that it has, the second over fewer addresses: it is slower."""
    folder, asked, most = sys.argv[1:]
    from pymispwarninglists import WarningLists

    begun = time.process_time()
    read = [json.loads(one.read_text()) for one in sorted(Path(folder).glob("*/list.json"))]
    lists = WarningLists(slow_search=True, lists=read)
    loaded = time.process_time() - begun
    addresses = json.loads(Path(asked).read_text())
    begun = time.process_time()
    found = {}
    for address in addresses:
        found[address] = sorted(one.name for one in lists.search(address))
        if time.process_time() - begun > float(most):
            break
    spent = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"load": loaded, "cpu": spent, "asked": len(found), "memory_mb": peak, "found": found}))


main()

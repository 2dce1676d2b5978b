"""Parse STIX objects with the OASIS library and print how many a CPU-second.

Usage: parse.py FILE COUNT, where FILE holds one JSON object a line. The JSON is read before the clock starts: what is
measured is `stix2.parse` alone, with custom properties allowed as ours allows them.
"""

import json
import resource
import sys
from pathlib import Path

import stix2


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main():
    path, count = sys.argv[1], int(sys.argv[2])
    with Path(path).open("rb") as lines:
        values = [json.loads(line) for line in lines]
    step = max(1, len(values) // count)
    values = values[::step][:count]
    refused = 0
    start = cpu()
    for value in values:
        try:
            stix2.parse(value, allow_custom=True)
        except Exception:  # an object the library refuses still cost it the time
            refused += 1
    used = cpu() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"rate": len(values) / used, "refused": refused, "memory_mb": memory}))


main()

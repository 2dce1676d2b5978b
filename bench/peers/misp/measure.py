"""Load and dump a MISP event with PyMISP, or make it STIX 2.1 with misp-stix, and print attributes a CPU-second.

Usage: measure.py WHAT FILE, where WHAT is load, dump or stix. Reading the file is not measured.
"""

import json
import resource
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main():
    what, path = sys.argv[1], sys.argv[2]
    text = Path(path).read_text()
    count = len(json.loads(text)["Event"]["Attribute"])
    made = 0
    if what == "stix":
        from misp_stix_converter import MISPtoSTIX21Parser

        parser = MISPtoSTIX21Parser()
        value = json.loads(text)
        start = cpu()
        parser.parse_misp_event(value)
        made = len(parser.stix_objects)
    else:
        from pymisp import MISPEvent

        event = MISPEvent()
        start = cpu()
        event.load(text)
        if what == "dump":
            start = cpu()
            made = len(event.to_json())
    used = cpu() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"rate": count / used, "made": made, "memory_mb": memory}))


main()

"""What partners do together, used by several domains: request and answer, position, footnote, signed revision, task, case.

Everything here is a STIX object that is marked, released, recalled and exchanged like any other; what stands is worked out
from the objects a reader may see. Only who of this node's people looks after a request is kept beside them.
"""

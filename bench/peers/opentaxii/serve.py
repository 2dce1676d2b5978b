"""The WSGI application of OpenTAXII with one defect mended so that it can be asked at all.

On SQLite, OpenTAXII 0.9.3 answers 500 to every POST after storing the objects, and to everybody who asks for its collections: ids
are `uuid.UUID` there, which `json.dumps` refuses. They are written as text here; nothing else is touched.
"""

import json
from functools import partial
from types import SimpleNamespace

from opentaxii.http import app  # noqa: F401  (gunicorn looks it up)
from opentaxii.taxii2 import entities, http

_written = entities.Job.as_taxii2_dict


def _with_text_id(job):
    return {**_written(job), "id": str(job.id)}


entities.Job.as_taxii2_dict = _with_text_id
http.json = SimpleNamespace(dumps=partial(json.dumps, default=str), loads=json.loads)

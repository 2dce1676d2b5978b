"""The WSGI application of OpenTAXII with one defect mended so that its POST can be measured at all.

On SQLite, OpenTAXII 0.9.3 answers 500 to every POST after storing the objects: the job's id is a `uuid.UUID`, which
`json.dumps` refuses. The answer is written as text here; nothing else is touched.
"""

from opentaxii.http import app  # noqa: F401  (gunicorn looks it up)
from opentaxii.taxii2 import entities

_written = entities.Job.as_taxii2_dict


def _with_text_id(job):
    return {**_written(job), "id": str(job.id)}


entities.Job.as_taxii2_dict = _with_text_id

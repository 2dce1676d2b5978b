"""Make an OpenTAXII database with one readable and one writable collection, filled with objects.

Usage: prepare.py FOLDER FILE, where FILE holds one STIX object a line. Writes FOLDER/opentaxii.yml and prints the paths
of the two collections. The objects are inserted through OpenTAXII's own models: posting them would take minutes.
"""

import datetime
import json
import os
import sys
from pathlib import Path

CONFIGURATION = """
domain: "localhost"
support_basic_auth: yes
taxii1:
taxii2:
  persistence_api:
    class: opentaxii.persistence.sqldb.Taxii2SQLDatabaseAPI
    parameters:
      db_connection: sqlite:///{folder}/data.db
      create_tables: yes
  title: "peer"
  description: "benchmark"
  contact: "nobody@example.org"
  public_discovery: true
  max_content_length: 209715200
auth_api:
  class: opentaxii.auth.sqldb.SQLDatabaseAPI
  parameters:
    db_connection: sqlite:///{folder}/auth.db
    create_tables: yes
    secret: only-for-a-benchmark
logging:
  opentaxii: error
  root: error
"""


def main():
    folder, source = Path(sys.argv[1]), Path(sys.argv[2])
    configuration = folder / "opentaxii.yml"
    configuration.write_text(CONFIGURATION.format(folder=folder))
    os.environ["OPENTAXII_CONFIG"] = str(configuration)

    from opentaxii.cli import app
    from opentaxii.entities import Account
    from opentaxii.local import context
    from opentaxii.persistence.sqldb import taxii2models

    with app.app_context():
        context.account = Account(id=None, username="setup", permissions=None, is_admin=True)
        server = app.taxii_server
        api = server.servers.taxii2.persistence.api
        root = api.add_api_root(title="peer", description="benchmark", default=True, is_public=False)
        held = api.add_collection(root.id, "held", "filled", alias="held")
        inbox = api.add_collection(root.id, "inbox", "empty", alias="inbox")
        server.auth.api.create_account("partner", "secret", is_admin=True)
        session = api.db.session
        begin = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
        with source.open("rb") as lines:
            for place, line in enumerate(lines):
                value = json.loads(line)
                modified = value.get("modified", "2024-01-01T00:00:00.000Z")
                session.add(
                    taxii2models.STIXObject(
                        id=value["id"],
                        collection_id=held.id,
                        type=value["type"],
                        spec_version="2.1",
                        date_added=begin + datetime.timedelta(microseconds=place),
                        version=datetime.datetime.fromisoformat(modified),
                        serialized_data={
                            k: v for k, v in value.items() if k not in ("id", "type", "spec_version")
                        },
                    )
                )
        session.commit()
        print(
            json.dumps(
                {
                    "held": f"/taxii2/{root.id}/collections/{held.id}/",
                    "inbox": f"/taxii2/{root.id}/collections/{inbox.id}/",
                }
            )
        )


main()

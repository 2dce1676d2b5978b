"""Keep versions, markings, references, text and changes in SQLite, PostgreSQL or memory."""

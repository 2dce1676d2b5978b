"""Keep versions, their markings, references, text and changes in SQLite or PostgreSQL."""

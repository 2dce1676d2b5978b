"""Source records: facts about a publisher, dated, each with who says it and what it was read from; no score anywhere."""

"""Foreign information manipulation: who copied whom, what became of a claim, who acted at once, what to answer together."""

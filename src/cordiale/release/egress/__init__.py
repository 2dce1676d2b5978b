"""The last gate: a process of its own that holds the signing key and signs only what it has decided itself."""

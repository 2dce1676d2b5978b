"""Which text derives from which: copies, retellings, translations, and texts from a source that nobody here holds."""

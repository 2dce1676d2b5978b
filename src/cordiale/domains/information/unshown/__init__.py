"""Ask a partner whether it has seen a text without showing the text: a keyed sketch of it goes, and an answer comes back."""

"""The drift sheet: what became of the claims of a text, to be printed, filed and sent, in English and French."""

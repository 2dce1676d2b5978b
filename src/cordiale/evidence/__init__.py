"""Files as evidence: content-addressed, attached to objects, served only under them."""

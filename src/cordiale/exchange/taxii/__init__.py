"""TAXII 2.1 as functions from request value to response value, for both ends."""

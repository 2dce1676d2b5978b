"""Taxonomies of MISP that a node keeps: what tags mean, and which of them exclude each other."""

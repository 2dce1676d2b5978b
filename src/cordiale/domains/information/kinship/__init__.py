"""Kinship of sites: which saved pages bear marks that rarely two owners share, each tie graded, with its evidence."""

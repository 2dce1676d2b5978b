"""Datasets and the analyses run over them."""

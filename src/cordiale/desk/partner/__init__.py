"""The desk with its partners: the link, the log of the pair, what is carried by hand, suspension and exit."""

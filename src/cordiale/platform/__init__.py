"""Give every room its clock, identifiers, errors, languages, configuration and log."""

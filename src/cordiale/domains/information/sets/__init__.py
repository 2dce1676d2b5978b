"""Information manipulation sets: what ties incidents together, as a STIX intrusion set with an extension of ours."""

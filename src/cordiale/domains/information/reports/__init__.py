"""Report skeletons ABCDE and SCOTCH: what is held of an incident, under their headings, with the evidence of every line."""

"""STIX 2.1 values: decode, validate, identify, upgrade and write them. Pure, no I/O."""

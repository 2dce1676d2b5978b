"""Sentence models: what two sentences mean, where their words differ. Optional: lineage works without one."""

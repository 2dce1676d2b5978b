"""Exchange between nodes: segments, stream, signing, sync, receipts, recall, and TAXII 2.1."""

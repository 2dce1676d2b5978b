"""Set up a partner: the invitation, keys and their changes, certificates, TLS between nodes."""

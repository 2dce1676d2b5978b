"""Who signs in, how, and what they carry: sessions, passkeys, links and tokens."""

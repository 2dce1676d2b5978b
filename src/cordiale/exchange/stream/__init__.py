"""What a partner's stream is made of: segments and their log, and what may be read of them now."""

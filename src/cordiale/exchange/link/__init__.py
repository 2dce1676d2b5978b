"""Speak to a partner's node: signed requests, greetings, what they carry, the transport."""

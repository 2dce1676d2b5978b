"""What comes in from people, files and servers outside, and what of it is set aside."""

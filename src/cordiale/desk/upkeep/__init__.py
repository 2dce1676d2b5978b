"""What is kept and for how long: retention, expiry, purges and their inspection."""

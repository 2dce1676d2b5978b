"""Answer partners and TAXII clients, and tell who waits that there is news."""

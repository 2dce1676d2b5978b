"""Show an opened node to people in a browser."""

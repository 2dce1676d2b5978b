"""ATT&CK: versions compared, techniques as a matrix with what is held of each, layers of its Navigator."""

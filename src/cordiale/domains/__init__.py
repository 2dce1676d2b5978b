"""The fields of work; each is one folder that declares a `Domain`."""

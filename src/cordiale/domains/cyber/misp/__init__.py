"""MISP in and out: events, feeds, galaxies, sightings, proposals; what is lost on the way is listed by a machine."""

"""A second look at a random sample of spawns, by a person or a judge, and what it says of all others."""

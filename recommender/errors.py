"""What a person can put right."""


class SpawnwiseError(Exception):
    """Something cannot be done; the message says what happened, to what, and what to do next."""

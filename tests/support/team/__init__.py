"""A planted team: people on projects whose every spawn, message and failure is known beforehand."""

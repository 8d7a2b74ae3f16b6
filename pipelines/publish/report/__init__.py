"""The nightly report: one HTML page for people, which needs no network."""

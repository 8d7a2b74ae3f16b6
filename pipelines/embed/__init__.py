"""Texts -> vectors, each text embedded once."""

"""Trials: small randomized comparisons that make the evidence which logs lack."""

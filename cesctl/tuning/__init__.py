"""Weights that foretell an outcome better, and are still those of a model that a person can read."""

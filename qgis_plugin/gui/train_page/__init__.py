"""The dock's page “Train”."""

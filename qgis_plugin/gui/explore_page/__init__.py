"""The dock's page “Explore”."""

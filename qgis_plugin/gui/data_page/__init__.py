"""The dock's page “Data”."""

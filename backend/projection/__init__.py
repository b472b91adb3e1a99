"""Vectors as points of a plane."""

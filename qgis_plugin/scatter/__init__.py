"""Embeddings as points in a plane: everything but the widgets."""

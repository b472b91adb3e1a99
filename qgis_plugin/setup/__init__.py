"""How the backend's environment is made: no widgets, nothing that blocks."""

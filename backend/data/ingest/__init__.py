"""From collections of tiles that others made to a tile dataset: one file per format."""

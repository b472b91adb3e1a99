"""The algorithms in the Processing toolbox: one file each over a shared base."""

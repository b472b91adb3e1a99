"""One file per system: the settings that its methods add, and its entries in the catalogue."""

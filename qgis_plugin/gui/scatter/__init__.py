"""The scatter plot, linked both ways with the selection on the map."""

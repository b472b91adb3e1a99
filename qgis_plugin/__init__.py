"""The face of Near Things in QGIS. All work is done by the backend, in a process of its own."""

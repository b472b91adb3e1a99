"""The set-up of the backend's environment: a card in the dock and in QGIS's options."""

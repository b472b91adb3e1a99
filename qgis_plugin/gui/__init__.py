"""What the plugin shows in QGIS's window."""

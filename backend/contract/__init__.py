"""What the QGIS plugin and the backend agree on: jobs, events and the catalogue of methods.

Standard library only, and Python 3.9 grammar: QGIS's own interpreter imports this package too.
"""

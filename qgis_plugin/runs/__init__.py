"""Runs: started detached from QGIS, followed by what they write in their folder. No widgets."""

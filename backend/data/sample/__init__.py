"""The built-in sample landscape: relief, rivers, parcels, settlement, and how it all looks.

Positions are metres east (`x`) and south (`y`) of the scene's centre throughout.
"""

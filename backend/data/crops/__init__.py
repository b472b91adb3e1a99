"""Scenes cut into 8-bit image crops, as GeoKR's released code trains on.

The rules are those of the released code (Li, Chen, Chen, Shi: "Geographical Knowledge-Driven
Representation Learning for Remote Sensing Images", TGRS 60, 2021); `rules` "sound" mends its
defects, "released" keeps them.
"""

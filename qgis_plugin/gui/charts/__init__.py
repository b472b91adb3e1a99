"""Charts drawn with QPainter alone: no library that another QGIS may lack."""

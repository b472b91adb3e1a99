"""From the project's layers to a build: scenes, land cover, area, estimate. No widgets here."""

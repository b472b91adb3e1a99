"""Exploring vectors by clicking: everything but the widgets. numpy alone does the work."""

"""What every verb runs in: errors with exit status, progress, whole-file writing, stop signals."""

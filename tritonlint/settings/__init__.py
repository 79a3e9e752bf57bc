"""What a run does: settings files, the command line on top, and which files each holds for."""

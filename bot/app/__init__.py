"""The front door: settings, command line and the wiring of every other package."""

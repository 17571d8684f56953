"""The version of the program, as --version and the page say it."""

VERSION = "0.1.0"

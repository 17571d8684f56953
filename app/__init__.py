"""The page, the command line and everything that faces people and the network."""

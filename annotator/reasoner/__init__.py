"""Words and pictures in, places out: one protocol, one orchestrator, one file or folder per reasoner."""

"""Our own routes under /ss/: tiles, state, decisions, uploads, exports and the static files."""

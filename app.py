"""SocioScribe: ``python app.py [command]``; without a command the page starts (also what a Hugging Face Space runs)."""

import sys

from app.cli.main import main

if __name__ == "__main__":
    sys.exit(main())

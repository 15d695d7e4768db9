"""`python -m ParotidClassifierCore`, where the console command is not on the path."""

import sys

from .app.cli import main

sys.exit(main())

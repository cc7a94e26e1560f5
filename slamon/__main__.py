"""`python -m slamon` is `slamon`."""

from slamon.cli import main

main()

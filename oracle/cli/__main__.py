"""`python -m oracle.cli`: the `riskmesh` command where no script is installed."""

from oracle.cli import main

main()

"""The consortium's chain as one institution sees it: reading facts, sending transactions, deploying."""

"""The parts of the local view: each folds the facts of one contract and answers questions about them."""

"""The consortium's own affairs: who belongs to it, what is proposed, how it is voted and carried through."""

"""The whole path once, on one machine and on real lists: four institutions, one chain, proven answers."""

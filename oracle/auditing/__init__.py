"""Recomputes afterwards what others asked and answered: dossiers, the openings of drawn batches, verdicts."""

"""What the operator decides: one file, three environment variables, and nowhere else."""

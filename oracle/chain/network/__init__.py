"""A private proof-of-authority network: its genesis, its nodes as processes, its validators, their votes."""

"""What `riskmesh check` looks at: one small check a file, each with what it found and what to do."""

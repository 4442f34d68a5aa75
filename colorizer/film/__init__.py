"""What films alone need around the stages: reading, shots, and what a person looks at."""

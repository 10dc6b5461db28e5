"""What may be done at which assurance: acts, levels, proofs, holds and the one gate."""

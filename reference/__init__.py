"""A second verifier of Nescio's proofs, written from docs/spec; it shares no code with src."""

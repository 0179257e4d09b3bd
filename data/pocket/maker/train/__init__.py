"""Training: batches, recipe, checkpoints, tokenizer, and the embedder."""

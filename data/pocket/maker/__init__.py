"""How the pocket model is made: corpus families, tokenizer, training, report card."""

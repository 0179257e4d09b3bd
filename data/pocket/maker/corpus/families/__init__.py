"""The corpus families: small grammars that each write one kind of conversation."""

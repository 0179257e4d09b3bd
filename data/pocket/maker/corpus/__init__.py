"""The corpus: small grammars that write conversations, and the stream that draws from them."""

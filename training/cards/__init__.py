"""Which documents are printed like a card of bank card size? See README.md."""

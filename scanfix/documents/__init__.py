"""What is known about documents: their kinds, sizes, numbers and what must be on them. No pixels here."""

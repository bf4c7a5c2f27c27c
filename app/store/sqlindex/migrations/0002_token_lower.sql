-- For tokens that were sent in another case of letters.
CREATE INDEX token_lower ON token (lower(value));

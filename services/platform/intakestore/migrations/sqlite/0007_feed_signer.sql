-- +goose Up
-- the key that signs receipts, sealed
CREATE TABLE feed_signer (
  id         INTEGER NOT NULL PRIMARY KEY,
  public_key BLOB    NOT NULL,
  secret     BLOB    NOT NULL
) STRICT;

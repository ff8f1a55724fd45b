-- +goose Up
-- the key that signs receipts, sealed
CREATE TABLE feed_signer (
  id         INT            NOT NULL,
  public_key VARBINARY(64)  NOT NULL,
  secret     VARBINARY(400) NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

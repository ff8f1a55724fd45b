-- +goose Up
-- When a source that figures are fetched from last gave all of them. Milliseconds since 1970.
CREATE TABLE desk_fetched (
  source     VARCHAR(64) NOT NULL,
  contact_ms BIGINT NOT NULL,
  PRIMARY KEY (source)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

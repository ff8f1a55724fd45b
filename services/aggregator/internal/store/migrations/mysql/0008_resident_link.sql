-- +goose Up
-- Identifiers that stand for no person of their own, beside the facts that say so: whose facts count for into_id.
CREATE TABLE resident_link (
  generation BIGINT      NOT NULL,
  linked_id  VARCHAR(64) NOT NULL,
  into_id    VARCHAR(64) NOT NULL,
  PRIMARY KEY (generation, linked_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

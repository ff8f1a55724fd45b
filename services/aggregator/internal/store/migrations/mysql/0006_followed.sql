-- +goose Up
-- How far each source has been followed. listing: its current facts are still being paged through, page_token says where.
CREATE TABLE followed (
  generation BIGINT        NOT NULL,
  source     VARCHAR(32)   NOT NULL,
  epoch      VARCHAR(64)   NOT NULL,
  position   BIGINT        NOT NULL,
  listing    TINYINT       NOT NULL,
  page_token VARCHAR(2048) NOT NULL,
  PRIMARY KEY (generation, source)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

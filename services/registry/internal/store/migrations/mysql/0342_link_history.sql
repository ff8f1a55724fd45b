-- +goose Up
-- who stood for a resident from an instant on; into_id is empty for one who stands alone again
CREATE TABLE link_history (
  resident_id CHAR(26) NOT NULL,
  at_ms       BIGINT   NOT NULL,
  into_id     CHAR(26) NOT NULL,
  PRIMARY KEY (resident_id, at_ms)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

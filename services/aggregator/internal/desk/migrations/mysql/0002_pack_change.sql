-- +goose Up
-- What an operation makes of a pack: which version comes into use; 0: none of those loaded.
CREATE TABLE desk_pack_change (
  operation_id CHAR(26)    NOT NULL PRIMARY KEY,
  pack_id      VARCHAR(64) NOT NULL,
  version      INT         NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

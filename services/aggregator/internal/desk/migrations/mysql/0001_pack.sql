-- +goose Up
-- Policy packs as they were loaded, every version of them. in_use: the version that counts; at most one of a pack. used_ms, ended_ms: when it last came into use and went out of it; 0 never.
CREATE TABLE desk_pack (
  pack_id   VARCHAR(64)  NOT NULL,
  version   INT          NOT NULL,
  in_use    TINYINT      NOT NULL,
  loaded_ms BIGINT       NOT NULL,
  loaded_by VARCHAR(128) NOT NULL,
  used_ms   BIGINT       NOT NULL,
  ended_ms  BIGINT       NOT NULL,
  source    MEDIUMBLOB   NOT NULL,
  PRIMARY KEY (pack_id, version)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

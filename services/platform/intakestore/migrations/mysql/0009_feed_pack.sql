-- +goose Up
-- rows of which there is nothing to say, many in one; feed_row has the others.
-- outcomes has bit n for outcome n.
CREATE TABLE feed_pack (
  batch_id  CHAR(26)   NOT NULL,
  last_row  INT        NOT NULL,
  outcomes  INT        NOT NULL,
  pack      MEDIUMBLOB NOT NULL,
  PRIMARY KEY (batch_id, last_row)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

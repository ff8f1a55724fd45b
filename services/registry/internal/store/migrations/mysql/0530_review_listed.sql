-- +goose Up
-- rows of full lists that may be of somebody under another document, one for each list that asks
CREATE TABLE review_listed (
  other_id  CHAR(26)    NOT NULL,
  batch_id  CHAR(26)    NOT NULL,
  sender    VARCHAR(64) NOT NULL,
  row_key   CHAR(32)    NOT NULL,
  row_no    INT         NOT NULL,
  answer    INT         NOT NULL,
  closed_by VARCHAR(26) NOT NULL,
  sealed    MEDIUMBLOB  NOT NULL,
  PRIMARY KEY (other_id, batch_id),
  KEY review_listed_sender (sender, batch_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Up
-- Files of what-if runs, kept for a while so that the lists behind their numbers can be asked for. trial_id: from the digest of the file.
CREATE TABLE desk_trial (
  trial_id VARCHAR(64) NOT NULL,
  kept_ms  BIGINT      NOT NULL,
  source   MEDIUMBLOB  NOT NULL,
  PRIMARY KEY (trial_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

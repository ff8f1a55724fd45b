-- +goose Up
-- Files of what-if runs, kept for a while so that the lists behind their numbers can be asked for. trial_id: from the digest of the file.
CREATE TABLE desk_trial (
  trial_id TEXT    NOT NULL,
  kept_ms  INTEGER NOT NULL,
  source   BLOB    NOT NULL,
  PRIMARY KEY (trial_id)
) STRICT, WITHOUT ROWID;

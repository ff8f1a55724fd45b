-- +goose Up
CREATE TABLE stay (
  resident_id TEXT    NOT NULL,
  stay_id     TEXT    NOT NULL,
  division    TEXT    NOT NULL,
  sort_key    TEXT    NOT NULL,
  arrived     INTEGER NOT NULL,
  registered  INTEGER NOT NULL,
  first_seen  INTEGER NOT NULL,
  left_on     INTEGER NOT NULL,
  reason      INTEGER NOT NULL,
  version     INTEGER NOT NULL,
  body        BLOB    NOT NULL,
  PRIMARY KEY (resident_id, stay_id)
) STRICT, WITHOUT ROWID;

-- +goose Up
-- Every state that a row of desk_chase has had, the present one too.
CREATE TABLE desk_chase_state (
  indicator_id  TEXT    NOT NULL,
  resident_id   TEXT    NOT NULL,
  event_id      TEXT    NOT NULL,
  version       INTEGER NOT NULL,
  assigned_to   TEXT    NOT NULL,
  assigned_unit TEXT    NOT NULL,
  due           INTEGER NOT NULL,
  assigned_by   TEXT    NOT NULL,
  assigned_ms   INTEGER NOT NULL,
  outcome       INTEGER NOT NULL,
  outcome_on    INTEGER NOT NULL,
  outcome_by    TEXT    NOT NULL,
  remark        TEXT    NOT NULL,
  changed_ms    INTEGER NOT NULL,
  PRIMARY KEY (indicator_id, resident_id, event_id, version)
) STRICT, WITHOUT ROWID;

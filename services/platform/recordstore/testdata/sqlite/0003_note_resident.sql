-- +goose Up
CREATE INDEX note_resident ON note (resident_id, on_date, id);

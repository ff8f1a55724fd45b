-- +goose Up
CREATE INDEX child_check_resident ON child_check (resident_id, on_date, id);

-- +goose Up
CREATE INDEX child_check_date ON child_check (on_date, id);

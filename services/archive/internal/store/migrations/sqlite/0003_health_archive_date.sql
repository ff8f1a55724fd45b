-- +goose Up
CREATE INDEX health_archive_date ON health_archive (on_date, id);

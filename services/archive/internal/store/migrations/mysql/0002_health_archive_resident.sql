-- +goose Up
CREATE INDEX health_archive_resident ON health_archive (resident_id, on_date, id);

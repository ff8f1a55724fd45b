-- +goose Up
CREATE UNIQUE INDEX health_archive_open ON health_archive (resident_id, open_slot);

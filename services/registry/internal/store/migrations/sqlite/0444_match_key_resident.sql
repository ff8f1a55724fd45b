-- +goose Up
CREATE INDEX match_key_resident ON match_key (resident_id);

-- +goose Up
CREATE INDEX request_seen_created ON request_seen (created_ms);

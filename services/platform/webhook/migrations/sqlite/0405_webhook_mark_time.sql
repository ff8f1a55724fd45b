-- +goose Up
CREATE INDEX webhook_mark_time ON webhook_mark (at_ms);

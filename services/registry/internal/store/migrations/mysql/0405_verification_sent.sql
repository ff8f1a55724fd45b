-- +goose Up
CREATE INDEX verification_sent ON verification (sent, verification_id);

-- +goose Up
CREATE INDEX verification_asked ON verification (asked_division, sent, verification_id);

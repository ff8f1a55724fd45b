-- +goose Up
CREATE INDEX verification_asking ON verification (asking_division, sent, verification_id);

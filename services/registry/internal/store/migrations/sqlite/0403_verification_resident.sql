-- +goose Up
CREATE INDEX verification_resident ON verification (resident_id, sent, verification_id);

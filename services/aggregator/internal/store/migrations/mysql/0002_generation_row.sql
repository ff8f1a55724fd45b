-- +goose Up
INSERT INTO generation (id, current, revision, derivation) VALUES (1, 1, 1, '');

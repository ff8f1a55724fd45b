-- +goose Up
INSERT INTO building (id, owner, beat, generation) VALUES (1, '', 0, 0);

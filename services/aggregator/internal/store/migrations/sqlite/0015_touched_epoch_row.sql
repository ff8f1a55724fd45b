-- +goose Up
INSERT INTO touched_epoch (id, epoch) VALUES (1, lower(hex(randomblob(16))));

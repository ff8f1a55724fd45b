-- +goose Up
INSERT INTO feed_head (id, epoch, head, trimmed) VALUES (1, lower(hex(randomblob(16))), 0, 0);

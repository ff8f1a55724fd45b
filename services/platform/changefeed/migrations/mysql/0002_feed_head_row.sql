-- +goose Up
INSERT INTO feed_head (id, epoch, head, trimmed) VALUES (1, LOWER(HEX(RANDOM_BYTES(16))), 0, 0);

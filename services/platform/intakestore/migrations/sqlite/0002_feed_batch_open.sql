-- +goose Up
CREATE INDEX feed_batch_open ON feed_batch (batch_id) WHERE state IN (1, 2, 7);

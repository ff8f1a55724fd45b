-- +goose Up
-- sequences of a sender, for what is missing between them
CREATE INDEX feed_batch_sequence ON feed_batch (sender, sequence) WHERE sequence > 0;

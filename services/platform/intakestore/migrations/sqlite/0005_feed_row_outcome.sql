-- +goose Up
-- rows that somebody will look for; the many others are found by number
CREATE INDEX feed_row_outcome ON feed_row (batch_id, outcome, row_no) WHERE outcome > 3;

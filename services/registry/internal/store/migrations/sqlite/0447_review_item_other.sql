-- +goose Up
CREATE INDEX review_item_other ON review_item (other_id) WHERE other_id <> '';

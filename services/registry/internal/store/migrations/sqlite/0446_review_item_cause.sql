-- +goose Up
CREATE UNIQUE INDEX review_item_cause ON review_item (resident_id, kind, other_id);

-- +goose Up
CREATE INDEX review_place_item ON review_place (item_id);

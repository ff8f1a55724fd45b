-- +goose Up
CREATE INDEX review_listed_sender ON review_listed (sender, batch_id);

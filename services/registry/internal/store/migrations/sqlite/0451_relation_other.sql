-- +goose Up
CREATE INDEX relation_other ON relation (other_id);

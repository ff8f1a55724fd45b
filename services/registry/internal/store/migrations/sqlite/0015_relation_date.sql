-- +goose Up
CREATE INDEX relation_date ON relation (on_date, id);

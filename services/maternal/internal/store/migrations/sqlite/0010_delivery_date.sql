-- +goose Up
CREATE INDEX delivery_date ON delivery (on_date, id);

-- +goose Up
CREATE INDEX dose_date ON dose (on_date, id);

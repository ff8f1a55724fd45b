-- +goose Up
CREATE INDEX division_name ON division (name, code);

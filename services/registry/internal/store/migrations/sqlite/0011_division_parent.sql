-- +goose Up
CREATE INDEX division_parent ON division (parent, code);

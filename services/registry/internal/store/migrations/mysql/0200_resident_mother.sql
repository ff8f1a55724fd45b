-- +goose Up
ALTER TABLE resident ADD COLUMN mother_index BINARY(16);

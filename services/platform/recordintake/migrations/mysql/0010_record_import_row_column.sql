-- +goose Up
ALTER TABLE record_import_row ADD COLUMN column_name VARCHAR(255) NOT NULL DEFAULT '';

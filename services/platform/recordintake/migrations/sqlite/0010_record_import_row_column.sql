-- +goose Up
ALTER TABLE record_import_row ADD COLUMN column_name TEXT NOT NULL DEFAULT '';

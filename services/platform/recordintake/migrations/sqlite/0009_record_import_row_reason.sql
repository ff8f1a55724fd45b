-- +goose Up
-- why a row that waited was refused then
ALTER TABLE record_import_row ADD COLUMN reason TEXT NOT NULL DEFAULT '';

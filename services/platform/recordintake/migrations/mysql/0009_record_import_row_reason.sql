-- +goose Up
-- why a row that waited was refused then
ALTER TABLE record_import_row ADD COLUMN reason VARCHAR(64) NOT NULL DEFAULT '';

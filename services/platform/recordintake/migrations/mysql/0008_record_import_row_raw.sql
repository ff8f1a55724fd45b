-- +goose Up
-- the row as it was sent, sealed, while it waits and when it was refused then
ALTER TABLE record_import_row ADD COLUMN raw MEDIUMBLOB;

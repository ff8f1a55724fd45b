-- +goose Up
CREATE INDEX record_import_row_source ON record_import_row (kind, sender, source_key);

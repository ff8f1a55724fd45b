-- +goose Up
CREATE INDEX record_import_row_resident ON record_import_row (waits, resident_id) WHERE waits = 1;

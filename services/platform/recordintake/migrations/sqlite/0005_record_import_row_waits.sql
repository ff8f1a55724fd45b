-- +goose Up
CREATE INDEX record_import_row_waits ON record_import_row (waits, next_ms, batch_id, row_no) WHERE waits = 1;

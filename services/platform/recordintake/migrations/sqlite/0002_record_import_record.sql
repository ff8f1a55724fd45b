-- +goose Up
CREATE INDEX record_import_record ON record_import (kind, record_id);

-- +goose Up
CREATE INDEX merge_side_document ON merge_side (document_index);

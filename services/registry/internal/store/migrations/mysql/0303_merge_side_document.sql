-- +goose Up
ALTER TABLE merge_side ADD KEY merge_side_document (document_index);

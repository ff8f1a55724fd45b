-- +goose Up
ALTER TABLE merge_side ADD KEY merge_side_resident (resident_id);

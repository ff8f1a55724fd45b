-- +goose Up
ALTER TABLE resident_link ADD KEY resident_link_into (into_id);

-- +goose Up
CREATE INDEX resident_link_into ON resident_link (into_id);

-- +goose Up
CREATE INDEX link_history_into ON link_history (into_id);

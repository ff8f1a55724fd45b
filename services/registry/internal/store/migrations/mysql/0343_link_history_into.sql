-- +goose Up
ALTER TABLE link_history ADD KEY link_history_into (into_id);

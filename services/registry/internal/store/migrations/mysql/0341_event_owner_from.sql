-- +goose Up
ALTER TABLE event_owner ADD KEY event_owner_from (from_id);

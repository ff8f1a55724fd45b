-- +goose Up
ALTER TABLE event_withdrawn ADD KEY event_withdrawn_resident (resident_id);

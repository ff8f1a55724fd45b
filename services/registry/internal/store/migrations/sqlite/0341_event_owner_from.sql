-- +goose Up
CREATE INDEX event_owner_from ON event_owner (from_id);

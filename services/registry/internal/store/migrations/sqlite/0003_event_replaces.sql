-- +goose Up
CREATE INDEX event_replaces ON event (sender, replaces) WHERE replaces IS NOT NULL;

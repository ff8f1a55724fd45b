-- +goose Up
CREATE INDEX event_withdrawn_resident ON event_withdrawn (resident_id);

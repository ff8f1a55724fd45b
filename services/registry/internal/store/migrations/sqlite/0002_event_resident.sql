-- +goose Up
CREATE INDEX event_resident ON event (resident_id, record_ms);

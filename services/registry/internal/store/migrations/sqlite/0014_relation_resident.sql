-- +goose Up
CREATE INDEX relation_resident ON relation (resident_id, on_date, id);

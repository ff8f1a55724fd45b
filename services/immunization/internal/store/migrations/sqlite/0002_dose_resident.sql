-- +goose Up
CREATE INDEX dose_resident ON dose (resident_id, on_date, id);

-- +goose Up
CREATE INDEX delivery_resident ON delivery (resident_id, on_date, id);

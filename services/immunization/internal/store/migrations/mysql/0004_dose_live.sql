-- +goose Up
CREATE UNIQUE INDEX dose_live ON dose (resident_id, on_date, product, live_slot);

-- +goose Up
CREATE UNIQUE INDEX delivery_live ON delivery (pregnancy_id, live_slot);

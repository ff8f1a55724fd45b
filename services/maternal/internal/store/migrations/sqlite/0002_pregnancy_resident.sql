-- +goose Up
CREATE INDEX pregnancy_resident ON pregnancy (resident_id, on_date, id);

-- +goose Up
CREATE INDEX vaccination_certificate_resident ON vaccination_certificate (resident_id, on_date, id);

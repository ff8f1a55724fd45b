-- +goose Up
CREATE INDEX vaccination_certificate_date ON vaccination_certificate (on_date, id);

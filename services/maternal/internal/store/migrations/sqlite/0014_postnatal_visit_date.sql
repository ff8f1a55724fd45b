-- +goose Up
CREATE INDEX postnatal_visit_date ON postnatal_visit (on_date, id);

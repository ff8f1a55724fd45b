-- +goose Up
CREATE INDEX postnatal_visit_pregnancy ON postnatal_visit (pregnancy_id, on_date);

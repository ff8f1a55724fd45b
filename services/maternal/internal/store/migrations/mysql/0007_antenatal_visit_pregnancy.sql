-- +goose Up
CREATE INDEX antenatal_visit_pregnancy ON antenatal_visit (pregnancy_id, on_date);

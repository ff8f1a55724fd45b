-- +goose Up
CREATE INDEX antenatal_visit_date ON antenatal_visit (on_date, id);
